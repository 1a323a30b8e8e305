// Which columns an episode is recorded in.
public import Environments

/// A column of an episode: numbers of one kind, a row for every step or one for the episode.
public struct EpisodeColumn: Sendable, Hashable {
  /// Its name, such as "observation/lidar", "action" or "truth/pose".
  public var name: String
  /// The extents of a row; none for a single number.
  public var shape: [Int]
  /// How its numbers lie in a file.
  public var storage: Storage
  /// What the numbers of a row are called, where they have names.
  public var labels: [String]

  /// How a number lies in a file.
  public enum Storage: String, Sendable, Hashable, CaseIterable {
    /// 32 bits.
    case single = "F32"
    /// 16 bits: three significant digits.
    case half = "F16"
    /// A byte that holds a whole number.
    case byte = "U8"

    /// Bytes a number.
    public var size: Int {
      switch self {
      case .single: 4
      case .half: 2
      case .byte: 1
      }
    }
  }

  /// A column.
  public init(
    _ name: String, shape: [Int] = [], storage: Storage = .single, labels: [String] = []
  ) {
    self.name = name
    self.shape = shape
    self.storage = storage
    self.labels = labels
  }

  /// Numbers a row.
  public var width: Int { shape.reduce(1, *) }
}

/// The columns of the episodes of a world.
///
/// An episode of n steps has n + 1 rows: row t is what was seen at step t, and the action, the reward
/// and the ending that led there; in row 0 the latter are zero.
public struct EpisodeSchema: Sendable, Hashable {
  /// The contract of the world.
  public let spec: EnvironmentSpec
  /// The columns with a row for every step: "observation/…" in the order of the modalities, "action",
  /// "reward", "terminated", "truncated", and "truth/…", which only judges may look at.
  public let steps: [EpisodeColumn]
  /// The columns with one row an episode, "episode/…", which only judges may look at.
  public let facts: [EpisodeColumn]

  /// The columns of a world, and what else is recorded of it for judges.
  ///
  /// - Parameters:
  ///   - truth: columns a step, whose names begin with "truth/".
  ///   - facts: columns an episode, whose names begin with "episode/".
  public init(
    spec: EnvironmentSpec, truth: [EpisodeColumn] = [], facts: [EpisodeColumn] = []
  ) {
    precondition(
      truth.allSatisfy { $0.name.hasPrefix("truth/") }
        && facts.allSatisfy { $0.name.hasPrefix("episode/") },
      "a column of \(truth.map(\.name)) or \(facts.map(\.name)) has the wrong beginning")
    self.spec = spec
    self.facts = facts
    steps =
      spec.modalities.map(Self.column(of:)) + [
        EpisodeColumn("action", shape: [spec.actions.count]),
        EpisodeColumn("reward"),
        EpisodeColumn("terminated", storage: .byte),
        EpisodeColumn("truncated", storage: .byte),
      ] + truth
  }

  /// Where a column a step stands in `steps`.
  public func index(of name: String) -> Int? { steps.firstIndex { $0.name == name } }

  /// What is wide is noisy, like lidar, and takes most of the room: three digits do.
  private static func column(of modality: Modality) -> EpisodeColumn {
    let isWide = modality.kind == .continuous && modality.count >= 16
    return EpisodeColumn(
      "observation/\(modality.name)", shape: modality.shape, storage: isWide ? .half : .single)
  }
}
