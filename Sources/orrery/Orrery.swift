// The command line: the composition root.
import ArgumentParser

@main
struct Orrery: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orrery",
    abstract: "Learns how a world behaves, imagines what actions will do, and plans over it.")
}
