// A file of episodes.
//
// A shard is a safetensors file (an 8-byte length, a JSON header of that length, then the columns one
// after another without gaps), so that any tool can read it. It holds up to 256 episodes of one
// world, one after another. With E episodes of R rows together, its columns are, in this order:
//
//     episode/seed     I64 [E]          the bits of the seed that the world was reset with
//     episode/rows     I64 [E]          the rows of each episode, one more than its steps; the sum is R
//     episode/…        F32 [E, …]       facts about the episode, for judges only
//     observation/…    F32, F16 [R, …]  what was seen, a column a modality
//     action           F32 [R, A]       the action that led to the row
//     reward           F32 [R]          the reward that it brought
//     terminated       U8 [R]           1 where it ended the episode
//     truncated        U8 [R]           1 where the time limit cut the episode off
//     truth/…          F32, F16 [R, …]  what was really so, for judges only
//     checksum         U8 [4]           CRC-32C of every byte of the file before these, little-endian
//
// The first row of an episode is what is seen before anything is done: its action, reward and
// endings are 0. The metadata of the header are
//
//     format       "orrery-episodes"
//     version      "1"
//     spec         the EnvironmentSpec, as JSON
//     labels       the names of the numbers of those columns that have any, as JSON: {column: [name]}
//     collection   what the files of the collection are named after
//     seed         the seed of the collection, in decimal
//     settings     what else the collection depends on, as JSON
//     origin       "lived" (in a world) or "imagined" (by a model)
//
// A shard is written beside its place under a name that ends in ".unfinished", sealed with its
// checksum, put on the disk, and renamed: there is never half of one. It is never changed. A reader
// checks the whole header and the checksum before it believes anything.
import Environments
import Foundation
import Tensors

/// A sound file of episodes, open for reading.
public struct EpisodeShard: Sendable {
  /// How many episodes a file holds at most.
  public static let episodesMax = 256
  /// How the name of a file of episodes ends.
  public static let ending = ".episodes.safetensors"
  static let format = "orrery-episodes"
  static let version = "1"
  static let checksum = "checksum"

  /// Where it is.
  public var path: String { file.path }
  /// Which columns it has.
  public let schema: EpisodeSchema
  /// Where its episodes come from.
  public let provenance: EpisodeProvenance
  /// The seed of each episode.
  public let seeds: [UInt64]
  /// The first row of each episode, and the number of rows.
  let starts: [Int]
  let file: SafetensorsFile

  /// How many episodes it holds.
  public var count: Int { seeds.count }

  init(
    file: SafetensorsFile, schema: EpisodeSchema, provenance: EpisodeProvenance, seeds: [UInt64],
    starts: [Int]
  ) {
    self.file = file
    self.schema = schema
    self.provenance = provenance
    self.seeds = seeds
    self.starts = starts
  }

  /// The name of the n-th file of a collection.
  public static func name(of provenance: EpisodeProvenance, index: Int) -> String {
    let digits = String(index)
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return "\(provenance.prefix)\(padded)\(ending)"
  }

  /// Writes a file of episodes: beside its place, then renamed.
  public static func write(
    _ records: [RecordedEpisode], schema: EpisodeSchema, provenance: EpisodeProvenance,
    to path: String
  ) throws(FileError) {
    precondition(
      (1...episodesMax).contains(records.count), "\(records.count) episodes in one file")
    for record in records { record.check(against: schema) }
    let beside = path + Files.unfinished
    do {
      try SafetensorsFile.write(
        columns(of: records, schema: schema), metadata: metadata(schema, provenance), to: beside)
      try seal(beside)
      try Files.move(beside, to: path)
    } catch let error as FileError {
      Files.remove(beside)
      throw error
    } catch {
      Files.remove(beside)
      throw .unwritable(path: path, reason: "\(error)")
    }
  }

  private static func columns(
    of records: [RecordedEpisode], schema: EpisodeSchema
  ) -> [NamedColumn] {
    let rowCount = records.reduce(0) { $0 + $1.rowCount }
    var columns = [
      NamedColumn(
        "episode/seed", shape: [records.count],
        .i64(records.map { Int64(bitPattern: $0.seed) })),
      NamedColumn("episode/rows", shape: [records.count], .i64(records.map { Int64($0.rowCount) })),
    ]
    for (i, column) in schema.facts.enumerated() {
      let values = records.flatMap { $0.facts[i] }
      columns.append(named(column, extent: records.count, values))
    }
    for (i, column) in schema.steps.enumerated() {
      var values: [Float] = []
      values.reserveCapacity(rowCount * column.width)
      for record in records { values += record.steps[i] }
      columns.append(named(column, extent: rowCount, values))
    }
    return columns + [NamedColumn(checksum, shape: [4], .u8([0, 0, 0, 0]))]
  }

  private static func named(
    _ column: EpisodeColumn, extent: Int, _ values: [Float]
  ) -> NamedColumn {
    let stored: Column =
      switch column.storage {
      case .single: .f32(values)
      case .half: .f16(values)
      case .byte: .u8(values.map { UInt8($0) })
      }
    return NamedColumn(column.name, shape: [extent] + column.shape, stored)
  }

  private static func metadata(
    _ schema: EpisodeSchema, _ provenance: EpisodeProvenance
  ) -> [String: String] {
    let labelled = (schema.steps + schema.facts).filter { !$0.labels.isEmpty }
    let labels = Dictionary(uniqueKeysWithValues: labelled.map { ($0.name, $0.labels) })
    return [
      "format": format, "version": version, "spec": json(schema.spec), "labels": json(labels),
      "collection": provenance.collection, "seed": String(provenance.seed),
      "settings": provenance.settings, "origin": provenance.origin.rawValue,
    ]
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("\(value) has numbers that JSON can not say: \(error)")
    }
  }
}
