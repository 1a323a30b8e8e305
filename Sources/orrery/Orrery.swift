// The command line: the composition root.
import ArgumentParser
import Foundation

@main
struct Orrery: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orrery",
    abstract: "Learns how a world behaves, imagines what actions will do, and plans over it.",
    subcommands: [
      Collect.self, Train.self, Evaluate.self, Imagine.self, Demo.self, Worlds.self,
      LayoutCommand.self,
      Benchmark.self,
    ])

  /// Runs the command, and turns whatever went wrong into one sentence and an exit status.
  static func main() {
    // A closed pipe is an error of a write, not a sudden death.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Failure.exit(with: error)
    }
  }
}
