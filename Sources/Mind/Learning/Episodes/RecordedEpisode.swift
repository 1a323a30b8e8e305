// One finished episode in memory, on its way to a file.

/// An episode as it was recorded.
public struct RecordedEpisode: Sendable, Hashable {
  /// The seed that the world was reset with.
  public var seed: UInt64
  /// How many rows it has: one more than steps were taken.
  public var rowCount: Int
  /// The numbers of every column of `EpisodeSchema.steps`, each `[rowCount, width]`.
  public var steps: [[Float]]
  /// The numbers of every column of `EpisodeSchema.facts`, each `[width]`.
  public var facts: [[Float]]

  /// An episode as it was recorded.
  public init(seed: UInt64, rowCount: Int, steps: [[Float]], facts: [[Float]]) {
    self.seed = seed
    self.rowCount = rowCount
    self.steps = steps
    self.facts = facts
  }

  /// Stops the program where the numbers are not those that the schema asks for.
  func check(against schema: EpisodeSchema) {
    let expected = schema.steps.map { rowCount * $0.width } + schema.facts.map(\.width)
    let actual = (steps + facts).map(\.count)
    precondition(
      rowCount > 0 && actual == expected,
      "an episode of \(rowCount) rows has columns of \(actual) numbers, not \(expected)")
  }
}

/// Where episodes come from.
public struct EpisodeProvenance: Sendable, Hashable {
  /// The name of the collection, such as "warehouse-yard"; the files are named after it.
  public var collection: String
  /// The seed of the collection.
  public var seed: UInt64
  /// Everything else that the collection depends on, as JSON: equal text, equal episodes.
  public var settings: String
  /// Whether a world or a model made them.
  public var origin: Origin

  /// How the names of its files begin.
  var prefix: String { "\(collection)-seed\(seed)-" }

  /// What made an episode: models are never to be trained on what they imagined without knowing.
  public enum Origin: String, Sendable, Hashable, CaseIterable {
    /// A world that was acted in.
    case lived
    /// A world model.
    case imagined
  }

  /// Where episodes come from.
  public init(
    collection: String, seed: UInt64, settings: String = "{}", origin: Origin = .lived
  ) {
    self.collection = collection
    self.seed = seed
    self.settings = settings
    self.origin = origin
  }
}
