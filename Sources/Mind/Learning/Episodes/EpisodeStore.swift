// A folder of episodes. The index is made from the files, so nothing can disagree with it.
import Basics
public import Environments
import Foundation
public import Tensors

/// The episodes of a folder.
///
/// Files are only ever added. One that is torn, damaged or foreign is set aside in `damaged`, with
/// the reason, and the others are used.
public struct EpisodeStore: Sendable {
  /// Where it is.
  public let folder: String
  /// The columns of all its episodes.
  public let schema: EpisodeSchema
  /// Its sound files, in the order of their names.
  public let shards: [EpisodeShard]
  /// Why the other files of episodes are left out.
  public let damaged: [EpisodeStoreError]
  /// Its episodes, in the order of the files.
  public private(set) var episodes: [Episode]

  /// Where an episode lies.
  public struct Episode: Sendable, Hashable {
    /// Which of the store's shards holds it.
    public let shard: Int
    /// Which of the shard's episodes it is.
    public let index: Int
    /// Its first row in the shard.
    let start: Int
    /// How many rows it has: one more than steps were taken.
    public let rowCount: Int
    /// The seed that its world was reset with.
    public let seed: UInt64
  }

  /// The contract of the world that the episodes are of.
  public var spec: EnvironmentSpec { schema.spec }
  /// How many steps were taken in all of its episodes.
  public var stepCount: Int { episodes.reduce(0) { $0 + $1.rowCount - 1 } }

  /// Opens the episodes in a folder.
  public static func open(_ folder: String) throws(EpisodeStoreError) -> EpisodeStore {
    var shards: [EpisodeShard] = []
    var damaged: [EpisodeStoreError] = []
    for name in try names(in: folder) {
      do throws(ShardError) {
        let shard = try EpisodeShard(path: folder + "/" + name)
        if let first = shards.first, first.schema != shard.schema {
          damaged.append(.different(path: shard.path, other: first.path))
        } else {
          shards.append(shard)
        }
      } catch {
        damaged.append(.shard(error))
      }
    }
    guard let first = shards.first else {
      throw .empty(folder: folder, damaged: damaged.first?.description)
    }
    return EpisodeStore(folder: folder, schema: first.schema, shards: shards, damaged: damaged)
  }

  private static func names(in folder: String) throws(EpisodeStoreError) -> [String] {
    do throws(FileError) {
      return try Files.names(in: folder).filter { $0.hasSuffix(EpisodeShard.ending) }
    } catch {
      throw .file(error)
    }
  }

  private init(
    folder: String, schema: EpisodeSchema, shards: [EpisodeShard], damaged: [EpisodeStoreError]
  ) {
    self.folder = folder
    self.schema = schema
    self.shards = shards
    self.damaged = damaged
    episodes = shards.enumerated().flatMap { number, shard in
      (0..<shard.count).map { index in
        Episode(
          shard: number, index: index, start: shard.starts[index],
          rowCount: shard.starts[index + 1] - shard.starts[index], seed: shard.seeds[index])
      }
    }
  }

  /// The same store with only some of its episodes.
  public func filtered(_ isIncluded: (Episode) -> Bool) -> EpisodeStore {
    var store = self
    store.episodes.removeAll { !isIncluded($0) }
    return store
  }

  /// The same store cut in two by a hash of each episode's seed, so that an episode stays on its side
  /// however many are added.
  ///
  /// - Parameter share: about how many of the episodes are held out, 0...1.
  public func split(heldOut share: Float) -> (training: EpisodeStore, heldOut: EpisodeStore) {
    (
      filtered { !Self.isHeldOut($0.seed, share: share) },
      filtered { Self.isHeldOut($0.seed, share: share) }
    )
  }

  private static func isHeldOut(_ seed: UInt64, share: Float) -> Bool {
    var random = Random(seed: seed, stream: 0x5EED)
    return random.chance(share)
  }

  /// The numbers of a column in an episode, `[rows, width]`.
  ///
  /// - Parameters:
  ///   - column: the name of a column of `schema.steps`, such as "observation/pose".
  ///   - episode: one of `episodes`.
  ///   - rows: rows of the episode; nil for all.
  public func values(
    of column: String, in episode: Episode, rows: Range<Int>? = nil
  ) throws(SafetensorsError) -> [Float] {
    let rows = rows ?? 0..<episode.rowCount
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= episode.rowCount,
      "rows \(rows) of an episode of \(episode.rowCount)")
    guard let index = schema.index(of: column) else {
      preconditionFailure("no column \(column) among \(schema.steps.map(\.name))")
    }
    let range = episode.start + rows.lowerBound..<episode.start + rows.upperBound
    let file = shards[episode.shard].file
    if schema.steps[index].storage == .byte {
      return try file.bytes(column, rows: range).map { Float($0) }
    }
    return try file.floats(column, rows: range)
  }

  /// The numbers of a column with one row an episode, such as "episode/quirks", `[width]`.
  public func fact(_ column: String, of episode: Episode) throws(SafetensorsError) -> [Float] {
    let file = shards[episode.shard].file
    return try file.floats(column, rows: episode.index..<episode.index + 1)
  }
}
