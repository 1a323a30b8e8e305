// Windows of experience for learning: a pure function of the store, the seed and the step.
import Basics
public import Tensors

/// Draws batches of windows from a store.
///
/// Every place where a window of the asked length fits into an episode is equally likely. An episode
/// that is too short for one counts as one place: the window begins with it and goes on into the
/// episodes after it, which `isFirst` marks. Step n of a resumed run draws what step n of an
/// uninterrupted one would have drawn.
public struct Replay: Sendable {
  /// Where the windows come from.
  public let store: EpisodeStore
  /// Windows a batch.
  public let batch: Int
  /// Rows a window.
  public let length: Int
  /// The columns that are read.
  public let columns: [String]
  private let seed: UInt64
  /// How many places there are in the episodes before each, and in all.
  private let places: [Int]

  /// A source of windows.
  ///
  /// - Parameters:
  ///   - columns: names of `EpisodeSchema.steps`; nil for everything that is not "truth/…".
  public init(
    _ store: EpisodeStore, batch: Int, length: Int, columns: [String]? = nil, seed: UInt64
  ) {
    precondition(
      batch > 0 && length > 0 && !store.episodes.isEmpty,
      "\(batch) windows of \(length) rows from \(store.episodes.count) episodes")
    self.store = store
    self.batch = batch
    self.length = length
    self.columns =
      columns ?? store.schema.steps.map(\.name).filter { !$0.hasPrefix("truth/") }
    self.seed = seed
    places = store.episodes.reduce(into: [0]) { places, episode in
      places.append(places[places.count - 1] + max(1, episode.rowCount - length + 1))
    }
  }

  /// The batch of a step.
  public func batch(at step: Int) throws(SafetensorsError) -> ReplayBatch {
    var random = Random(seed: seed, stream: UInt64(step))
    var result = ReplayBatch(batch: batch, length: length)
    for column in columns { result.columns[column] = [] }
    for _ in 0..<batch {
      let place = random.index(below: places[places.count - 1])
      let episode = episode(of: place)
      let first = place - places[episode]
      result.origins.append(ReplayBatch.Origin(episode: store.episodes[episode], row: first))
      let pieces = pieces(from: episode, row: first)
      for piece in pieces {
        for row in piece.rows { result.isFirst.append(row == 0 ? 1 : 0) }
      }
      for column in columns {
        for piece in pieces {
          result.columns[column]? += try store.values(
            of: column, in: store.episodes[piece.episode], rows: piece.rows)
        }
      }
    }
    return result
  }

  /// The episode that a place lies in, by bisection.
  private func episode(of place: Int) -> Int {
    var low = 0
    var high = store.episodes.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if places[middle] <= place { low = middle } else { high = middle }
    }
    return low
  }

  /// The pieces of episodes that a window is made of. After the last episode comes the first.
  private func pieces(from episode: Int, row: Int) -> [(episode: Int, rows: Range<Int>)] {
    var pieces: [(episode: Int, rows: Range<Int>)] = []
    var missing = length
    var (episode, row) = (episode, row)
    while missing > 0 {
      let end = min(store.episodes[episode].rowCount, row + missing)
      pieces.append((episode, row..<end))
      missing -= end - row
      (episode, row) = ((episode + 1) % store.episodes.count, 0)
    }
    return pieces
  }
}

/// Windows of experience, a row of numbers for each step.
public struct ReplayBatch: Sendable {
  /// Windows, B.
  public let batch: Int
  /// Rows a window, T.
  public let length: Int
  /// 1 at the first row of an episode, else 0: `[B, T]`.
  public internal(set) var isFirst: [Float] = []
  /// Where each window begins: `[B]`.
  public internal(set) var origins: [Origin] = []
  var columns: [String: [Float]] = [:]

  /// Where a window begins.
  public struct Origin: Sendable, Hashable {
    /// The episode that it begins in.
    public let episode: EpisodeStore.Episode
    /// The row of that episode.
    public let row: Int
  }

  init(batch: Int, length: Int) {
    self.batch = batch
    self.length = length
  }

  /// The numbers of a column that was asked for: `[B, T, width]`.
  public subscript(column: String) -> [Float] {
    guard let values = columns[column] else {
      preconditionFailure("no column \(column) among \(columns.keys.sorted())")
    }
    return values
  }
}
