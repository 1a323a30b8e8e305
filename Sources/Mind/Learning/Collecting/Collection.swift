// What to collect: a world, how it is acted in, how many episodes.
public import Environments
import Foundation
import Planning

/// A collection of episodes. Everything but their number decides what they are.
public struct Collection: Sendable, Hashable {
  /// Which world.
  public var world: WorldName
  /// How many episodes.
  public var episodes: Int
  /// Steps of an episode that does not end before.
  public var steps: Int
  /// Which episodes: others for another seed.
  public var seed: UInt64
  /// How the quirks of warehouse robots are drawn.
  public var quirks: QuirkFamily
  /// Whether warehouse robots have a lidar.
  public var lidar: Bool

  /// A collection: in the warehouse, of 8 s by default.
  public init(
    world: WorldName, episodes: Int, steps: Int = 160, seed: UInt64 = 0,
    quirks: QuirkFamily = .mixed, lidar: Bool = true
  ) {
    precondition(episodes >= 0 && steps > 0, "\(episodes) episodes of \(steps) steps")
    self.world = world
    self.episodes = episodes
    self.steps = steps
    self.seed = seed
    self.quirks = quirks
    self.lidar = lidar
  }

  /// Where its episodes come from.
  public var provenance: EpisodeProvenance {
    var settings: [String: String] = ["world": world.rawValue, "steps": String(steps)]
    if world.isWarehouse {
      settings["quirks"] = quirks.rawValue
      settings["lidar"] = String(lidar)
    }
    if world == .pointMass { settings["actions"] = "held" }
    let fields = settings.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
    return EpisodeProvenance(
      collection: world.rawValue, seed: seed, settings: "{\(fields.joined(separator: ","))}")
  }

  /// What its episodes are drawn from.
  public func source() -> EpisodeSource {
    switch world {
    case .yard, .warehouse:
      let witness = Witness.ofWarehouse(movers: world == .warehouse)
      return EpisodeSource(
        Warehouse(warehouse), witness: witness, stepsMax: steps, seed: seed
      ) { world in Babbler(spec: world.spec, site: world.mission.site) }
    case .pointMass: return small(PointMass())
    case .counting: return small(Counting())
    case .recall: return small(Recall())
    case .delay: return small(Delay())
    case .swaps: return small(Swaps())
    }
  }

  /// A world that hides nothing that is worth recording, acted in by chance.
  private func small(_ world: some Environment) -> EpisodeSource {
    EpisodeSource(world, witness: .blind, stepsMax: steps, seed: seed) { world in
      switch world.spec.actions {
      case .continuous(let ranges): HoldingPolicy(ranges)
      case .discrete: ChancePolicy(world.spec.actions)
      }
    }
  }

  /// A warehouse in which nothing but time ends an episode.
  var warehouse: WarehouseSettings {
    var settings = WarehouseSettings.babbling(
      quirks: quirks, seconds: Float(steps) * Drive.dt + 1)
    settings.lidar = lidar
    if world == .warehouse {
      settings.layout = .generated
      settings.movers = nil
      settings.scenario = .mixed
    }
    return settings
  }
}

/// The worlds that episodes can be collected in, by the names they have on the command line.
public enum WorldName: String, Sendable, Hashable, CaseIterable {
  /// A warehouse robot alone on an open floor.
  case yard
  /// A warehouse robot among racks, people and forklifts, in the sites of training.
  case warehouse
  /// A point that is pushed about a square.
  case pointMass = "point-mass"
  /// A count that has to be kept.
  case counting
  /// Pairs that have to be remembered.
  case recall
  /// Symbols that have to be repeated later.
  case delay
  /// A ball that has to be followed under cups.
  case swaps

  /// What it is, in a line.
  public var summary: String {
    switch self {
    case .yard: "a warehouse robot alone on an open floor of 30 m × 30 m"
    case .warehouse: "a warehouse robot among racks, people and forklifts, in generated sites"
    case .pointMass: "a mass on a plane that is pushed to a goal"
    case .counting: "ones to be counted, modulo 3"
    case .recall: "pairs to be remembered until one is asked for"
    case .delay: "symbols to be repeated four steps later"
    case .swaps: "a ball to be followed under three cups that are swapped"
    }
  }

  /// Whether there is a warehouse robot in it.
  public var isWarehouse: Bool { self == .yard || self == .warehouse }
}
