// orrery worlds: what there is to act in.
import ArgumentParser
import Environments
import Learning

struct Worlds: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the worlds, and learns the small ones.",
    subcommands: [ListWorlds.self, LearnWorlds.self], defaultSubcommand: ListWorlds.self)
}

struct ListWorlds: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the worlds: what each shows, and what can be done in it.")

  @Flag(help: "Write the contracts of the worlds as JSON.")
  var json = false

  func run() throws {
    let specs = WorldName.allCases.map { name in
      (name, Collection(world: name, episodes: 0).source().schema.spec)
    }
    if json {
      let contracts = Dictionary(uniqueKeysWithValues: specs.map { ($0.rawValue, $1) })
      try Output.say(json: contracts)
      return
    }
    var table = Table(["world", "shows", "actions", "step", "what it is"])
    for (name, spec) in specs {
      let shows = spec.modalities.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
      table.add([name.rawValue, shows, Self.words(spec.actions), "\(spec.dt) s", name.summary])
    }
    try Output.say(table.text)
  }

  private static func words(_ actions: ActionSpace) -> String {
    switch actions {
    case .continuous(let ranges):
      ranges.map { "\($0.lowerBound)...\($0.upperBound)" }.joined(separator: ", ")
    case .discrete(let count): "one of \(count)"
    }
  }
}
