// Contents: stored once, read whole or not at all, and collected when nobody wants them.
import Basics
import Events
import Foundation
import Storage
import Testing

@Suite struct ContentStoreTests {
  let folder: Folder
  let store: ContentStore

  init() throws {
    folder = try Folder()
    store = try ContentStore(at: folder("deep/down/content"))
  }

  func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) } }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000]) func comesBack(count: Int) throws {
    let digest = try store.put(bytes(count))
    #expect(digest == Digest(of: bytes(count)))
    #expect(try store.bytes(of: digest) == bytes(count))
    #expect(try store.size(of: digest) == count)
    #expect(try store.put(bytes(count)) == digest)
  }

  @Test func comesInPieces() throws {
    var writer = try ContentWriter(in: store)
    for i in 0..<100 { try writer.write([UInt8](repeating: UInt8(i), count: 1_000).span.bytes) }
    let (digest, size) = try writer.finish()
    #expect(size == 100_000)
    #expect(
      try store.bytes(of: digest) == (0..<100).flatMap { [UInt8](repeating: $0, count: 1_000) })
  }

  @Test func anUnfinishedOneLeavesNothing() throws {
    do {
      var writer = try ContentWriter(in: store)
      try writer.write(bytes(100).span.bytes)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.directory).isEmpty)
  }

  @Test(arguments: [
    Data(), Data([1]), Data((0..<100).map { UInt8(truncatingIfNeeded: $0 * 7) } + [0]),
  ]) func damageIsFound(other: Data) throws {
    let digest = try store.put(bytes(100))
    try other.write(to: URL(fileURLWithPath: store.path(of: digest)))
    #expect(throws: ContentError.damaged(digest)) { try store.bytes(of: digest) }
    // Who stores it again heals it, unless it has kept its size.
    try store.put(bytes(100))
    #expect(try store.bytes(of: digest) == bytes(100))
  }

  @Test func whatIsNotThereIsAbsent() throws {
    let digest = Digest(of: [9])
    #expect(throws: ContentError.absent(digest)) { try store.bytes(of: digest) }
    #expect(try store.size(of: digest) == nil)
    try store.put([9])
    try store.erase(digest)
    try store.erase(digest)
    #expect(throws: ContentError.absent(digest)) { try store.bytes(of: digest) }
  }

  @Test func collectsWhatNobodyWants() throws {
    let (kept, old, young) = (try store.put([1]), try store.put([2, 2]), try store.put([3]))
    let stray = folder("deep/down/content/new-left-behind")
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: stray))
    let past = Date(timeIntervalSince1970: 1_000)
    for path in [store.path(of: kept), store.path(of: old), stray] {
      try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: path)
    }
    let collected = try store.collect(
      keeping: [kept], storedBefore: Timestamp(microseconds: 2_000_000_000))
    #expect(collected.count == 2)
    #expect(collected.bytes == 5)
    #expect(try store.size(of: kept) == 1)
    #expect(try store.size(of: old) == nil)
    #expect(try store.size(of: young) == 1)
  }

  @Test func whatIsStoredAgainIsYoung() throws {
    let digest = try store.put([4])
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000)], ofItemAtPath: store.path(of: digest))
    try store.put([4])
    let time = Timestamp(microseconds: 2_000_000_000)
    #expect(try store.collect(keeping: [], storedBefore: time).count == 0)
  }

  @Test func knowsWhatEventsReferTo() async throws {
    let journal = try SQLiteJournal(at: folder("journal"))
    _ = try await journal.append(
      [.began(Samples.goal), Samples.receipt(output: Digest(of: [5]))], to: Samples.run, after: 0,
      at: Samples.time, under: nil)
    #expect(
      try await journal.references() == [
        Digest(of: [5]), Digest(of: []), EffectSummary(of: []).digest,
      ])
  }
}
