// Collects episodes into a folder: several files at a time, each the same whoever makes it.
public import Tensors

/// Fills a folder with the episodes of a collection.
///
/// File n holds the episodes 256 n to 256 n + 255. A file that is there and sound is kept, so that a
/// collection that was stopped goes on where it was, and ends with the files of one that was not.
public struct Collector: Sendable {
  /// What is collected.
  public let collection: Collection
  /// Where to.
  public let folder: String

  /// How far a collection has come.
  public struct Progress: Sendable, Hashable {
    /// Episodes that are in files.
    public var episodes = 0
    /// Steps of the episodes that were made now.
    public var stepsMade = 0
    /// Episodes that were there before.
    public var episodesFound = 0
    /// Damaged files that were made anew.
    public var filesRepaired = 0
  }

  /// Collects `collection` into `folder`.
  public init(_ collection: Collection, into folder: String) {
    self.collection = collection
    self.folder = folder
  }

  /// Makes what is missing.
  ///
  /// - Parameters:
  ///   - workers: as many files are made at a time.
  ///   - goOn: hears how far it has come, after every few files; to answer false is to stop.
  /// - Returns: how far it came.
  public func run(
    on workers: Workers, goOn: (Progress) -> Bool
  ) throws(CollectorError) -> Progress {
    let source = collection.source()
    try prepare(source.schema)
    var progress = Progress()
    var missing: [Int] = []
    let size = EpisodeShard.episodesMax
    let fileCount = (collection.episodes + size - 1) / size
    for index in 0..<fileCount {
      switch try finding(index) {
      case .sound: progress.episodesFound += range(of: index).count
      case .damaged:
        progress.filesRepaired += 1
        missing.append(index)
      case .nothing: missing.append(index)
      }
    }
    progress.episodes = progress.episodesFound
    var isWanted = goOn(progress)
    var next = 0
    while next < missing.count && isWanted {
      let wave = Array(missing[next..<min(next + workers.count, missing.count)])
      let results = workers.map(wave.count) { i in make(wave[i], from: source) }
      for (index, result) in zip(wave, results) {
        switch result {
        case .success(let steps):
          progress.stepsMade += steps
          progress.episodes += range(of: index).count
        case .failure(let error): throw .file(error)
        }
      }
      next += wave.count
      isWanted = goOn(progress)
    }
    return progress
  }

  /// The episodes of a file.
  private func range(of index: Int) -> Range<Int> {
    let size = EpisodeShard.episodesMax
    return index * size..<min((index + 1) * size, collection.episodes)
  }

  private func path(of index: Int) -> String {
    folder + "/" + EpisodeShard.name(of: collection.provenance, index: index)
  }

  /// Makes the folder, or checks that what is in it goes together with what is to come.
  private func prepare(_ schema: EpisodeSchema) throws(CollectorError) {
    let names: [String]
    do throws(FileError) {
      try Files.makeFolder(folder)
      names = try Files.names(in: folder)
    } catch {
      throw .file(error)
    }
    for name in names {
      // A kill in the middle of a file leaves a beginning that nobody needs.
      if name.hasPrefix(collection.provenance.prefix), name.contains(Files.unfinished) {
        Files.remove(folder + "/" + name)
      }
    }
    for name in names where name.hasSuffix(EpisodeShard.ending) {
      guard let shard = try? EpisodeShard(path: folder + "/" + name) else { continue }
      guard shard.schema == schema else {
        throw .otherWorld(folder: folder, name: shard.provenance.collection)
      }
      return
    }
  }

  private enum Finding { case nothing, damaged, sound }

  /// What is there of a file.
  private func finding(_ index: Int) throws(CollectorError) -> Finding {
    let shard: EpisodeShard
    do throws(ShardError) {
      shard = try EpisodeShard(path: path(of: index))
    } catch {
      if case .file(.missing) = error { return .nothing }
      if case .file(let error) = error { throw .file(error) }
      return .damaged
    }
    guard shard.provenance == collection.provenance else {
      throw .otherSettings(
        path: shard.path, found: shard.provenance.settings,
        wanted: collection.provenance.settings)
    }
    // A last file that was not full is made anew with the episodes that it had, and more.
    return shard.count >= range(of: index).count ? .sound : .nothing
  }

  /// Makes a file.
  ///
  /// - Returns: how many steps its episodes have.
  private func make(_ index: Int, from source: EpisodeSource) -> Result<Int, FileError> {
    let records = source.record(range(of: index))
    do throws(FileError) {
      try EpisodeShard.write(
        records, schema: source.schema, provenance: collection.provenance, to: path(of: index))
    } catch {
      return .failure(error)
    }
    return .success(records.reduce(0) { $0 + $1.rowCount - 1 })
  }
}

/// Why a collection can not go on.
public enum CollectorError: Error, Sendable, Hashable {
  /// A file or the folder can not be used.
  case file(FileError)
  /// The folder holds episodes of another world.
  case otherWorld(folder: String, name: String)
  /// The folder holds episodes of the same world and seed that were made otherwise.
  case otherSettings(path: String, found: String, wanted: String)
}

extension CollectorError: CustomStringConvertible {
  /// One sentence: what is wrong, and what would be right.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .otherWorld(let folder, let name):
      "\(folder) holds episodes of \"\(name)\" that have other columns: choose another folder."
    case .otherSettings(let path, let found, let wanted):
      "\(path) was collected with \(found), not with \(wanted): choose another folder or seed."
    }
  }
}
