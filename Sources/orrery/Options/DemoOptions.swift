// What "orrery demo" is told.
import ArgumentParser

/// The options of the demonstration.
struct DemoOptions: ParsableArguments {
  @Flag(help: "Only for a look: one short training, few missions, three minutes.")
  var fast = false

  @Flag(help: "Forget what an earlier demonstration left in the folder.")
  var fresh = false

  @Option(name: .shortAndLong, help: "The folder for everything. (default: runs/demo)")
  var output: String?

  @Option(help: "Threads that compute. The result does not depend on it. (default: all cores)")
  var workers: Int?

  /// Where everything goes: a look does not overwrite the real thing.
  var folder: String { output ?? (fast ? "runs/demo-fast" : "runs/demo") }

  func validate() throws {
    guard (1...256).contains(workers ?? 1) else {
      throw ValidationError("--workers is \(workers ?? 1), and has to be 1 to 256.")
    }
    guard !folder.isEmpty else { throw ValidationError("--output names no folder.") }
  }
}
