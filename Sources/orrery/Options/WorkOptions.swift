// The options that every command that computes shares.
import ArgumentParser
import Foundation

/// How a command computes. None of it but the seed changes what comes out.
struct WorkOptions: ParsableArguments {
  @Option(help: "What is drawn by chance: the same seed, the same result.")
  var seed: UInt64 = 0

  @Option(help: "Threads that compute. The result does not depend on it. (default: all cores)")
  var workers: Int?

  @Flag(help: "Write the result as JSON.")
  var json = false

  /// How many threads compute.
  var workerCount: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    guard (1...256).contains(workerCount) else {
      throw ValidationError("--workers is \(workerCount), and has to be 1 to 256.")
    }
  }
}
