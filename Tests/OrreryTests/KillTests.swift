// The real program, killed at any moment: whoever resumes finds nothing lost and nothing done twice.
import Basics
import Foundation
import Testing

@Suite(.enabled(if: canIsolate)) struct KillTests {
  /// How often it is killed: more with `ORRERY_KILLS`.
  static let kills = ProcessInfo.processInfo.environment["ORRERY_KILLS"].flatMap(Int.init) ?? 12

  @Test func killedAtAnyMoment() throws {
    let bench = try Bench(["old.txt": "old"])
    let steps = (1...8).map {
      "  s\($0): {needs: \($0 > 1 ? "[s\($0 - 1)]" : "[]"), run: \"echo \($0) >> all.txt; echo x > f\($0)\"}"
    }
    let plan = """
      in: world
      permissions: {write: ["**"], delete: ["**"]}
      accept: ["test \\"$(cat all.txt | tr -d '\\\\n')\\" = 12345678"]
      steps:
      \(steps.joined(separator: "\n"))
        last: {needs: [s8], run: mv old.txt new.txt}
      """
    let file = bench.program.folder + "/plan.yaml"
    try Data(plan.utf8).write(to: URL(fileURLWithPath: file))
    var random = Random(seed: 1)
    var killed = 0
    let whole = ContinuousClock.now
    #expect(try bench.orrery("run", file, "--json").status == 0)
    #expect(try bench.orrery("undo", try bench.run()).status == 0)
    let seconds = (ContinuousClock.now - whole) / .seconds(1)
    while killed < Self.kills {
      var isFirst = true
      while true {
        let program = Program(in: bench.program.folder)
        let state = ["--state", bench.program.folder + "/state", "--json"]
        try program.start((isFirst ? ["run", file] : ["resume"]) + state)
        isFirst = false
        let ended = try program.end(killedAfter: Double(random.uniform()) * seconds)
        guard ended.status != SIGKILL else {
          killed += 1
          continue
        }
        // Who dies three times at one step is not tried again; nothing of it is left.
        if ended.status == 1 {
          #expect(ended.output.contains("interrupted 3 times") || ended.errors.isEmpty)
          break
        }
        #expect(ended.status == 0, "\(ended.errors)")
        break
      }
      var expected = ["all.txt": (1...8).map { "\($0)\n" }.joined(), "new.txt": "old"]
      for i in 1...8 { expected["f\(i)"] = "x\n" }
      // It may have been killed before it had begun.
      let files = try bench.files()
      if files != ["old.txt": "old"] {
        #expect(files == expected)
        if files != expected { return }
        #expect(try bench.orrery("undo", try bench.run()).status == 0)
      }
      #expect(try bench.files() == ["old.txt": "old"])
    }
  }
}

extension Program {
  /// Waits for the end, which comes by SIGKILL where it does not come by itself before.
  func end(killedAfter seconds: Double) throws -> Ended {
    let timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + seconds)
    timer.setEventHandler { self.kill() }
    timer.resume()
    defer { timer.cancel() }
    return try end()
  }
}
