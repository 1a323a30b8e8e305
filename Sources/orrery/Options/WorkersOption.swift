// How many threads a command may use.
import ArgumentParser
import Foundation

/// The number of threads, which changes nothing that comes out.
struct WorkersOption: ParsableArguments {
  @Option(help: "Threads that compute. The result does not depend on it. (default: all cores)")
  var workers: Int?

  /// How many threads compute.
  var count: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    guard (1...256).contains(count) else {
      throw ValidationError("--workers is \(count), and has to be 1 to 256.")
    }
  }
}
