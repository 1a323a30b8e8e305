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

  @OptionGroup var threads: WorkersOption

  /// Where everything goes: a look does not overwrite the real thing.
  var folder: String { output ?? (fast ? "runs/demo-fast" : "runs/demo") }

  func validate() throws {
    guard !folder.isEmpty else { throw ValidationError("--output names no folder.") }
  }
}
