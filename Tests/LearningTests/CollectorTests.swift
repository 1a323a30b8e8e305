// Collecting: the same bits whoever makes them, wherever it was stopped.
import Environments
import Foundation
import Learning
import Tensors
import Testing

@Suite struct CollectorTests {
  private static func collect(
    _ collection: Learning.Collection, into folder: Folder, workers: Int = 1, waves: Int = .max
  ) throws -> Collector.Progress {
    var left = waves
    return try Collector(collection, into: folder.path).run(on: Workers(count: workers)) { _ in
      defer { left -= 1 }
      return left > 0
    }
  }

  private static func contents(of folder: Folder) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try folder.names() { files[name] = try Files.contents(of: folder.file(name)) }
    return files
  }

  @Test(arguments: [WorldName.yard, .warehouse])
  func workersDoNotMatter(world: WorldName) throws {
    let collection = Collection(world: world, episodes: 600, steps: 6, seed: 9)
    let one = Folder()
    _ = try Self.collect(collection, into: one)
    let expected = try Self.contents(of: one)
    #expect(expected.count == 3)
    for workers in [2, 3] {
      let folder = Folder()
      _ = try Self.collect(collection, into: folder, workers: workers)
      let same = try Self.contents(of: folder) == expected
      #expect(same, "\(workers) workers")
    }
  }

  @Test func whatWasStoppedGoesOn() throws {
    let collection = Collection(world: .yard, episodes: 700, steps: 4, seed: 2)
    let whole = Folder()
    _ = try Self.collect(collection, into: whole)
    let stopped = Folder()
    let first = try Self.collect(collection, into: stopped, waves: 1)
    #expect(first.episodes == 256)
    // A kill in the middle of a file leaves this behind.
    let name = EpisodeShard.name(of: collection.provenance, index: 1)
    try Files.write([1, 2, 3], to: stopped.file(name + Files.unfinished))
    let second = try Self.collect(collection, into: stopped)
    #expect(second.episodesFound == 256 && second.episodes == 700)
    let same = try Self.contents(of: whole) == Self.contents(of: stopped)
    #expect(same)
  }

  @Test func moreEpisodesAreAddedAndDamagedOnesMadeAnew() throws {
    var collection = Collection(world: .yard, episodes: 300, steps: 4, seed: 2)
    let folder = Folder()
    _ = try Self.collect(collection, into: folder)
    let path = folder.file(EpisodeShard.name(of: collection.provenance, index: 0))
    try Files.write([1, 2, 3], to: path)
    collection.episodes = 400
    let progress = try Self.collect(collection, into: folder)
    #expect(progress.filesRepaired == 1 && progress.episodes == 400)
    let whole = Folder()
    _ = try Self.collect(collection, into: whole)
    let same = try Self.contents(of: whole) == Self.contents(of: folder)
    #expect(same)
  }

  @Test func aFolderKeepsToItsKind() throws {
    let folder = Folder()
    _ = try Self.collect(Collection(world: .yard, episodes: 2, steps: 4), into: folder)
    #expect(throws: CollectorError.self) {
      try Self.collect(Collection(world: .yard, episodes: 2, steps: 5), into: folder)
    }
    #expect(throws: CollectorError.self) {
      try Self.collect(Collection(world: .warehouse, episodes: 2, steps: 4), into: folder)
    }
    let other = Collection(world: .yard, episodes: 2, steps: 4, seed: 1)
    #expect(try Self.collect(other, into: folder).episodes == 2)
    #expect(try EpisodeStore.open(folder.path).episodes.count == 4)
  }

  /// The babbler is to learn driving, not bumping.
  @Test func theBabblerSeldomTouchesAnything() throws {
    let folder = Folder()
    _ = try Self.collect(
      Collection(world: .warehouse, episodes: 64, steps: 160, seed: 5), into: folder)
    let store = try EpisodeStore.open(folder.path)
    var contacts = 0
    var metres: Float = 0
    for episode in store.episodes {
      let rewards = try store.values(of: "reward", in: episode)
      contacts += rewards.count { $0 < -8 }
      let pose = try store.values(of: "truth/pose", in: episode)
      for row in 1..<episode.rowCount {
        let (dx, dy) = (pose[3 * row] - pose[3 * row - 3], pose[3 * row + 1] - pose[3 * row - 2])
        metres += (dx * dx + dy * dy).squareRoot()
      }
    }
    #expect(contacts <= 4)
    #expect(metres > 64 * 2)
  }
}
