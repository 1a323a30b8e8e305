// A folder of episodes: what is sound is used, what is not is said.
import Environments
import Foundation
import Learning
import Testing

@Suite struct EpisodeStoreTests {
  @Test func damagedFilesAreSetAside() throws {
    let folder = Folder()
    try Fixture.write([[4], [3], [5]], to: folder)
    let torn = folder.file(EpisodeShard.name(of: Fixture.provenance, index: 1))
    let bytes = [UInt8](try Files.contents(of: torn))
    try Files.write(Array(bytes.dropLast(9)), to: torn)
    try Files.write(bytes, to: folder.file("x\(EpisodeShard.ending)\(Files.unfinished)"))
    try Files.write(Array("hello".utf8), to: folder.file("notes.txt"))
    let store = try EpisodeStore.open(folder.path)
    #expect(store.episodes.map(\.rowCount) == [4, 5])
    #expect(store.damaged.count == 1)
    #expect(store.damaged.allSatisfy { "\($0)".contains(torn) })
  }

  @Test func otherColumnsAreSetAside() throws {
    let folder = Folder()
    try Fixture.write([[4]], to: folder)
    let schema = EpisodeSchema(spec: Fixture.spec)
    var episode = Fixture.episode(0, rows: 2)
    episode.steps.removeLast(2)
    episode.facts = []
    let path = folder.file("other\(EpisodeShard.ending)")
    try EpisodeShard.write(
      [episode], schema: schema, provenance: Fixture.provenance, to: path)
    let store = try EpisodeStore.open(folder.path)
    let first = folder.file(EpisodeShard.name(of: Fixture.provenance, index: 0))
    #expect(store.damaged == [.different(path: path, other: first)])
  }

  @Test func nothingToOpenIsAnError() throws {
    let folder = Folder()
    #expect(throws: EpisodeStoreError.empty(folder: folder.path, damaged: nil)) {
      try EpisodeStore.open(folder.path)
    }
    let nowhere = folder.file("nowhere")
    #expect(throws: EpisodeStoreError.file(.missing(path: nowhere))) {
      try EpisodeStore.open(nowhere)
    }
    let file = folder.file("file")
    try Files.write([1], to: file)
    #expect(throws: EpisodeStoreError.self) { try EpisodeStore.open(file) }
  }

  @Test func anEpisodeStaysOnItsSide() throws {
    let folder = Folder()
    try Fixture.write([Array(repeating: 2, count: 200)], to: folder)
    let few = try EpisodeStore.open(folder.path).split(heldOut: 0.2)
    try Fixture.write([Array(repeating: 2, count: 250)], to: folder)
    let many = try EpisodeStore.open(folder.path).split(heldOut: 0.2)
    #expect((20...60).contains(few.heldOut.episodes.count))
    #expect(few.heldOut.episodes.count + few.training.episodes.count == 200)
    #expect(Set(few.heldOut.episodes.map(\.seed)).isSubset(of: many.heldOut.episodes.map(\.seed)))
  }

  @Test(arguments: ["a", "a/", "a/b/c", "/a", "./a//b"])
  func foldersOfAnyNameAreMade(name: String) throws {
    let folder = Folder()
    try Files.makeFolder(folder.path + "/" + name)
    try Files.write([1], to: folder.path + "/" + name + "/f")
    #expect(try Files.names(in: folder.path + "/" + name) == ["f"])
  }

  @Test(arguments: ["/dev/null/x", "/proc/nowhere/x"])
  func whatCanNotBeWrittenIsSaid(folder: String) {
    #expect(throws: FileError.self) { try Files.makeFolder(folder) }
    #expect(throws: FileError.self) {
      try EpisodeShard.write(
        [Fixture.episode(0, rows: 2)], schema: Fixture.schema, provenance: Fixture.provenance,
        to: folder + "/shard")
    }
  }
}
