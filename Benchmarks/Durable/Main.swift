// The half of the comparison of durable steps that is ours, and the writers that the tests kill.
//
//   orrery-durable steps FILE RUNS SECONDS   durable steps for some seconds, over so many runs at once:
//                                            one line of JSON with the count and the latencies
//   orrery-durable write FILE SEED WRITERS   writes into runs until it is killed; it says each event that
//                                            is durable in a line: run, number, link
//   orrery-durable limited FILE              meets a file that may not grow, and then may again
//   orrery-durable full FILE BALLAST         meets a full disk, and then one without the ballast
import Basics
import Foundation

@main struct Main {
  static func main() async throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch (words.first, words.count) {
    case ("steps", 4):
      try await Steps(file: words[1], runs: number(words[2]), seconds: number(words[3])).measure()
    case ("write", 4):
      try await Writing(file: words[1], seed: UInt64(number(words[2]))).go(number(words[3]))
    case ("limited", 2): try await Faults(file: words[1]).meetLimit()
    case ("full", 3): try await Faults(file: words[1]).meetFullDisk(ballast: words[2])
    default:
      FileHandle.standardError.write(Data("orrery-durable: no such command\n".utf8))
      exit(64)
    }
  }

  private static func number(_ word: String) -> Int { max(Int(word) ?? 1, 1) }

  /// Says a line, at once.
  static func say(_ line: String) throws {
    try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
  }
}
