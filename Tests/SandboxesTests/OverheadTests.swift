// What a sandbox adds to a command's own time, printed on demand: nothing is asserted.
import Events
import Forks
import Foundation
import Glibc
import Sandboxes
import Testing

@Suite(
  .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["ORRERY_MEASURE"] != nil && !Setting.all.isEmpty,
    "set ORRERY_MEASURE to see what a sandbox costs"))
struct OverheadTests {
  @Test func ofACommandThatDoesNothing() async throws {
    let bare = try await median { spawnAndWait() }
    print("bare: \(bare) ms")
    for setting in Setting.all {
      let fork = try SmallWorld(setting)
      var inside: [Double] = []
      let whole = try await median {
        let outcome = try await setting.sandbox.run(Command(["/bin/true"]), in: fork.mount)
        inside.append(outcome.seconds * 1_000)
      }
      print("\(setting.testDescription): \(whole) ms, of which supervised \(middle(inside)) ms")
    }
  }

  private func median(_ body: () async throws -> Void) async throws -> Double {
    var times: [Double] = []
    for _ in 0..<100 {
      let duration = try await ContinuousClock().measure { try await body() }
      times.append(duration / .milliseconds(1))
    }
    return middle(times)
  }

  private func middle(_ times: [Double]) -> Double {
    (times.sorted()[times.count / 2] * 100).rounded() / 100
  }

  private func spawnAndWait() {
    var process: pid_t = 0
    var words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
    posix_spawn(&process, "/bin/true", nil, nil, words, environ)
    free(words.removeFirst())
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }
}
