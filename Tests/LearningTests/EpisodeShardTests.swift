// Files of episodes: what is written is read, and what is damaged is noticed.
import Basics
import Environments
import Foundation
import Learning
import Testing

@Suite struct EpisodeShardTests {
  private static func shard(in folder: Folder) throws -> (path: String, bytes: [UInt8]) {
    try Fixture.write([[4, 1, 9]], to: folder)
    let path = folder.file(EpisodeShard.name(of: Fixture.provenance, index: 0))
    return (path, [UInt8](try Files.contents(of: path)))
  }

  @Test func whatIsWrittenIsRead() throws {
    let folder = Folder()
    try Fixture.write([[4, 1], [9]], to: folder)
    #expect(try folder.names().allSatisfy { !$0.hasSuffix(Files.unfinished) })
    let store = try EpisodeStore.open(folder.path)
    #expect(store.schema == Fixture.schema && store.damaged.isEmpty)
    #expect(store.shards.map(\.provenance) == [Fixture.provenance, Fixture.provenance])
    #expect(store.stepCount == 11 && store.episodes.map(\.rowCount) == [4, 1, 9])
    var differences: [String] = []
    for (number, found) in store.episodes.enumerated() {
      let written = Fixture.episode(number, rows: found.rowCount)
      if found.seed != written.seed { differences.append("seed of \(number)") }
      for (column, values) in zip(Fixture.schema.steps, written.steps)
      where try store.values(of: column.name, in: found) != values {
        differences.append("\(column.name) of \(number)")
      }
      if try store.fact("episode/weights", of: found) != written.facts[0] {
        differences.append("facts of \(number)")
      }
    }
    #expect(differences == [])
    let last = store.episodes[2]
    #expect(try store.values(of: "reward", in: last, rows: 2..<4) == [-2, -3])
    #expect(store.shards[0].schema.facts[0].labels == ["a", "b", "c"])
  }

  /// A file cut off anywhere is never believed, and never brings the program down.
  @Test func everyTornWriteIsNoticed() throws {
    let folder = Folder()
    let (path, bytes) = try Self.shard(in: folder)
    var lengths = Array(0...64) + Array(stride(from: 65, to: bytes.count, by: 37))
    lengths += Array(bytes.count - 70..<bytes.count)
    let believed = lengths.filter { length in
      do {
        try Files.write(Array(bytes[..<length]), to: path)
        _ = try EpisodeShard(path: path)
        return true
      } catch {
        return "\(error)".isEmpty
      }
    }
    #expect(believed == [])
    try Files.write(bytes, to: path)
    _ = try EpisodeShard(path: path)
  }

  @Test func everyFlippedByteIsNoticed() throws {
    let folder = Folder()
    let (path, bytes) = try Self.shard(in: folder)
    var random = Random(seed: 5)
    let places = Array(0..<16) + (0..<400).map { _ in random.index(below: bytes.count) }
    let believed = places.filter { place in
      var flipped = bytes
      flipped[place] ^= UInt8(1 << random.index(below: 8))
      do {
        try Files.write(flipped, to: path)
        _ = try EpisodeShard(path: path)
        return true
      } catch {
        return "\(error)".isEmpty
      }
    }
    #expect(believed == [])
  }

  /// A hostile author makes the checksum right.
  @Test(arguments: [
    ("\"version\":\"1\"", "\"version\":\"2\""),
    ("orrery-episodes", "orrery-episodez"),
    ("\"seed\":\"3\"", "\"seed\":\"x\""),
    ("\"origin\":\"lived\"", "\"origin\":\"found\""),
    ("\\\"dt\\\":0.1", "\\\"dt\\\":0.0"),
    ("\\\"shape\\\":[16]", "\\\"shape\\\":[-1]"),
    ("\\\"shape\\\":[16]", "\\\"shape\\\":[99]"),
    ("[-1,1]", "[1,-1]"),
    ("truth/place", "thuth/place"),
    ("\"observation/near\"", "\"observation/neer\""),
    ("\\\"stepsMax\\\":50", "\\\"stepsMax\\\":-5"),
    ("\\\"name\\\":\\\"wide\\\"", "\\\"name\\\":\\\"near\\\""),
    ("\"labels\":\"{", "\"labels\":\"["),
  ])
  func contradictionsAreNoticed(_ honest: String, _ hostile: String) throws {
    let folder = Folder()
    let (path, bytes) = try Self.shard(in: folder)
    let text = String(decoding: bytes, as: UTF8.self)
    try #require(text.contains(honest) && honest.utf8.count == hostile.utf8.count)
    let changed = Self.replacing(Array(honest.utf8), by: Array(hostile.utf8), in: bytes)
    try Files.write(Self.sealed(changed), to: path)
    #expect(throws: ShardError.self) { try EpisodeShard(path: path) }
  }

  /// Counts of rows that overflow, do not add up, or are negative.
  @Test(arguments: [Int64.max, -1, 0, 5, 1 << 32])
  func countsThatDoNotAddUpAreNoticed(count: Int64) throws {
    let folder = Folder()
    let (path, bytes) = try Self.shard(in: folder)
    let rows = [4, 1, 9].flatMap { (value: Int64) in Self.littleEndian(value) }
    let hostile = [count, 1, 9].flatMap { Self.littleEndian($0) }
    let changed = Self.replacing(rows, by: hostile, in: bytes)
    try #require(changed != bytes)
    try Files.write(Self.sealed(changed), to: path)
    #expect(throws: ShardError.self) { try EpisodeShard(path: path) }
  }

  private static func littleEndian(_ value: Int64) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func replacing(
    _ old: [UInt8], by new: [UInt8], in bytes: [UInt8]
  ) -> [UInt8] {
    var result = bytes
    for start in 0..<bytes.count - old.count
    where bytes[start..<start + old.count].elementsEqual(old) {
      result.replaceSubrange(start..<start + old.count, with: new)
    }
    return result
  }

  /// The same bytes with a checksum that holds: CRC-32C, bit by bit.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    var crc: UInt32 = ~0
    for byte in bytes.dropLast(4) {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
    }
    return bytes.dropLast(4) + withUnsafeBytes(of: (~crc).littleEndian) { Array($0) }
  }
}
