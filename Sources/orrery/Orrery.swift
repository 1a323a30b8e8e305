// The command line: the composition root.
import ArgumentParser
import Foundation

@main
struct Orrery: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orrery",
    abstract: "World models that plan, and runs that look before they leap.",
    groupedSubcommands: [
      CommandGroup(
        name: "Worlds and robots",
        subcommands: [
          Demo.self, Collect.self, Train.self, Evaluate.self, Imagine.self, Worlds.self,
          LayoutCommand.self, Benchmark.self,
        ]),
      CommandGroup(
        name: "Runs",
        subcommands: [
          Run.self, Runs.self, Show.self, Watch.self, Undo.self, Resume.self, ExportRun.self,
          VerifyExport.self, SandboxCommand.self,
        ]),
    ])

  /// Runs the command, and turns whatever went wrong into one sentence and an exit status.
  static func main() async {
    // A closed pipe is an error of a write, not a sudden death.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Failure.exit(with: error)
    }
  }
}
