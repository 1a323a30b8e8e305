// Opening a file of episodes that somebody else may have written.
import Environments
import Foundation
import Tensors

extension EpisodeShard {
  /// Opens a file of episodes, and checks all of it.
  public init(path: String) throws(ShardError) {
    guard access(path, F_OK) == 0 else { throw .file(.missing(path: path)) }
    let file = try Self.container(path)
    try Self.check(checksumOf: file)
    let provenance = try Self.provenance(of: file)
    let schema = try Self.schema(of: file)
    let (seeds, starts) = try Self.episodes(of: file)
    try Self.check(file, schema: schema, episodes: seeds.count, rows: starts[seeds.count])
    self.init(
      file: file, schema: schema, provenance: provenance, seeds: seeds, starts: starts)
  }

  private static func container(_ path: String) throws(ShardError) -> SafetensorsFile {
    do throws(SafetensorsError) {
      return try SafetensorsFile(path: path)
    } catch {
      throw .container(error)
    }
  }

  private static func check(checksumOf file: SafetensorsFile) throws(ShardError) {
    guard file.metadata["format"] == format else {
      throw .foreign(path: file.path, reason: "its format is not named \"\(format)\"")
    }
    guard file.metadata["version"] == version else {
      throw .foreign(
        path: file.path,
        reason: "its version is \(file.metadata["version"] ?? "missing"), not \(version)")
    }
    guard let last = file.entries.last, last.name == checksum, last.element == .u8,
      last.shape == [4]
    else { throw .foreign(path: file.path, reason: "it does not end with a checksum") }
    let sums: (stored: UInt32, found: UInt32)
    do throws(FileError) {
      sums = try Self.checksum(of: file.path)
    } catch {
      throw .file(error)
    }
    guard sums.stored == sums.found else {
      throw .damaged(path: file.path, stored: sums.stored, found: sums.found)
    }
  }

  private static func provenance(of file: SafetensorsFile) throws(ShardError) -> EpisodeProvenance {
    let metadata = file.metadata
    guard let collection = metadata["collection"], let settings = metadata["settings"],
      let seed = metadata["seed"].flatMap(UInt64.init),
      let origin = metadata["origin"].flatMap(EpisodeProvenance.Origin.init(rawValue:))
    else {
      throw .inconsistent(
        path: file.path, reason: "its metadata do not say where the episodes come from")
    }
    return EpisodeProvenance(collection: collection, seed: seed, settings: settings, origin: origin)
  }

  private static func schema(of file: SafetensorsFile) throws(ShardError) -> EpisodeSchema {
    let decoder = JSONDecoder()
    guard let specText = file.metadata["spec"], let labelsText = file.metadata["labels"],
      let spec = try? decoder.decode(EnvironmentSpec.self, from: Data(specText.utf8)),
      let labels = try? decoder.decode([String: [String]].self, from: Data(labelsText.utf8)),
      isSane(spec)
    else {
      throw .inconsistent(path: file.path, reason: "its metadata do not describe a world")
    }
    var truth: [EpisodeColumn] = []
    var facts: [EpisodeColumn] = []
    for entry in file.entries {
      let isTruth = entry.name.hasPrefix("truth/")
      guard isTruth || entry.name.hasPrefix("episode/"), entry.element != .i64 else { continue }
      guard let storage = EpisodeColumn.Storage(rawValue: entry.element.rawValue),
        !entry.shape.isEmpty
      else {
        throw .inconsistent(path: file.path, reason: "\(entry.name) is not a column of numbers")
      }
      let column = EpisodeColumn(
        entry.name, shape: Array(entry.shape.dropFirst()), storage: storage,
        labels: labels[entry.name] ?? [])
      if isTruth { truth.append(column) } else { facts.append(column) }
    }
    return EpisodeSchema(spec: spec, truth: truth, facts: facts)
  }

  /// Whether the extents of a contract can be multiplied and its clock can tick.
  private static func isSane(_ spec: EnvironmentSpec) -> Bool {
    guard spec.dt.isFinite, spec.dt > 0, spec.stepsMax > 0 else { return false }
    guard Set(spec.modalities.map(\.name)).count == spec.modalities.count else { return false }
    let counts = spec.modalities.map { modality in
      modality.shape.reduce(Optional(1)) { product, extent in
        guard let product, extent > 0 else { return nil }
        let (result, overflow) = product.multipliedReportingOverflow(by: extent)
        return overflow || result > 1 << 24 ? nil : result
      }
    }
    guard counts.count <= 256, counts.allSatisfy({ $0 != nil }) else { return false }
    switch spec.actions {
    case .continuous(let ranges): return (1...4096).contains(ranges.count)
    case .discrete(let count): return count > 0
    }
  }

  private static func episodes(
    of file: SafetensorsFile
  ) throws(ShardError) -> (seeds: [UInt64], starts: [Int]) {
    let seeds: [Int64]
    let rows: [Int64]
    do throws(SafetensorsError) {
      seeds = try file.integers("episode/seed")
      rows = try file.integers("episode/rows")
    } catch {
      throw .container(error)
    }
    guard (1...episodesMax).contains(rows.count), seeds.count == rows.count else {
      throw .inconsistent(
        path: file.path, reason: "it has \(seeds.count) seeds and \(rows.count) episodes")
    }
    var starts = [0]
    for count in rows {
      guard (1...1 << 32).contains(count) else {
        throw .inconsistent(path: file.path, reason: "one of its episodes has \(count) rows")
      }
      starts.append(starts[starts.count - 1] + Int(count))
    }
    return (seeds.map { UInt64(bitPattern: $0) }, starts)
  }

  private static func check(
    _ file: SafetensorsFile, schema: EpisodeSchema, episodes: Int, rows: Int
  ) throws(ShardError) {
    let expected =
      schema.steps.map { ($0, rows) } + schema.facts.map { ($0, episodes) }
    // Besides these there are the seeds, the rows and the checksum.
    guard file.entries.count == expected.count + 3 else {
      throw .inconsistent(
        path: file.path,
        reason: "it has \(file.entries.count) columns, and describes \(expected.count + 3)")
    }
    for (column, extent) in expected {
      let shape = [extent] + column.shape
      guard let entry = file[column.name], entry.shape == shape,
        entry.element.rawValue == column.storage.rawValue
      else {
        let found = file[column.name].map { "\($0.element.rawValue) \($0.shape)" } ?? "missing"
        throw .inconsistent(
          path: file.path,
          reason: "\(column.name) is \(found), not \(column.storage.rawValue) \(shape)")
      }
    }
  }
}
