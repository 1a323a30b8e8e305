// Exports: whole, or broken at a line; and the same history elsewhere.
import Basics
import Events
import Foundation
import Storage
import Testing

@Suite struct ExportTests {
  let folder: Folder
  let store: ContentStore
  let journal = MemoryJournal()
  let file: String

  init() throws {
    folder = try Folder()
    store = try ContentStore(at: folder("content"))
    file = folder("export")
  }

  /// A run with a small content, a large one, and one that was never stored.
  func write(contents: Bool = true) async throws -> ExportSummary {
    let large = [UInt8](repeating: 200, count: 49_152 * 2)
    let bodies: [Event.Body] = [
      .began(Samples.goal),
      Samples.receipt(output: try store.put(Array("hello".utf8)), errors: try store.put(large)),
      Samples.receipt(output: Digest(of: [1])), .finished(.verified),
    ]
    for (i, body) in bodies.enumerated() {
      _ = try await journal.append(
        [body], to: Samples.run, after: i, at: Samples.time.advanced(bySeconds: Double(i / 2)),
        under: nil)
    }
    return try await Export(of: Samples.run, from: journal, contents: contents ? store : nil)
      .write(toFile: file)
  }

  func verify(_ bytes: [UInt8]) throws -> Verification {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return try Export.verify(file)
  }

  @Test(arguments: [true, false]) func isWhole(hasContents: Bool) async throws {
    let summary = try await write(contents: hasContents)
    #expect(try Export.verify(file) == .whole(summary))
    #expect(summary.events == 4)
    #expect(summary.head == (try await journal.events(of: Samples.run, after: 3)[0].link))
    #expect(summary.payloads == (hasContents ? 3 : 0))
    #expect(summary.absent.count == (hasContents ? 2 : 5))
  }

  @Test func hasTheSameLinksElsewhere() async throws {
    let summary = try await write()
    let other = try SQLiteJournal(at: folder("journal"))
    let contents = try ContentStore(at: folder("other"))
    #expect(try await Export.read(file, into: other, contents: contents) == summary)
    // Once more changes nothing.
    #expect(try await Export.read(file, into: other, contents: contents) == summary)
    #expect(
      try await other.events(of: Samples.run, after: 0)
        == journal.events(of: Samples.run, after: 0))
    #expect(try contents.bytes(of: Digest(of: Array("hello".utf8))) == Array("hello".utf8))
    let again = try await Export(of: Samples.run, from: other, contents: contents)
      .write(toFile: folder("again"))
    #expect(again == summary)
    #expect(
      FileManager.default.contentsEqual(atPath: file, andPath: folder("again")))
  }

  @Test func anotherHistoryIsNotOverwritten() async throws {
    _ = try await write()
    let other = MemoryJournal()
    _ = try await other.append(
      [.began(Samples.goal), .claimed], to: Samples.run, after: 0, at: Samples.time, under: nil)
    await #expect(throws: ExportError.conflicting(Samples.run, sequence: 1)) {
      try await Export.read(file, into: other, contents: store)
    }
  }

  @Test func theUnknownIsNotExported() async throws {
    await #expect(throws: ExportError.unknown(Samples.run)) {
      _ = try await Export(of: Samples.run, from: journal, contents: store).write(toFile: file)
    }
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  /// Whatever happens to a byte, or after it, nobody takes the file for the same history.
  @Test func noByteCanBeFlipped() async throws {
    _ = try await write(contents: false)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    var random = Random(seed: 1)
    for i in whole.indices {
      for mask in [0x20, 1 + UInt8(random.index(below: 255))] {
        var other = whole
        other[i] ^= mask
        let verification = try verify(other)
        if case .whole = verification { Issue.record("byte \(i) ^ \(mask) is not missed") }
      }
    }
  }

  @Test func nothingCanBeCutOff() async throws {
    _ = try await write(contents: false)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    for count in whole.indices {
      if case .whole = try verify(Array(whole.prefix(count))) {
        Issue.record("\(count) of \(whole.count) bytes are taken for the whole")
      }
    }
  }

  @Test func linesCanNotBeMoved() async throws {
    _ = try await write()
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let lines = text.split(separator: "\n").map { Array($0.utf8) + [0x0A] }
    func expectBroken(_ changed: [[UInt8]], _ line: Int, _ comment: Comment) throws {
      // A line that is missing may be missed only later.
      guard case .broken(let found, _) = try verify(Array(changed.joined())), found >= line else {
        Issue.record(comment)
        return
      }
    }
    for i in lines.indices {
      var without = lines
      without.remove(at: i)
      try expectBroken(without, i + 1, "without line \(i + 1)")
      var twice = lines
      twice.insert(lines[i], at: i)
      try expectBroken(twice, i + 2, "with line \(i + 1) twice")
      if i > 0 {
        var swapped = lines
        swapped.swapAt(i, i - 1)
        try expectBroken(swapped, i, "with line \(i + 1) before line \(i)")
      }
    }
  }

  @Test(arguments: [
    ("", 1), ("\n", 1), ("{}\n", 1), ("null\n", 1), ("\u{FEFF}{}\n", 1),
    (#"{"format":"orrery export 2","payloads":"included","run":"01hf7yat00000"}"# + "\n", 1),
    (#"{"format":"orrery export 1","payloads":"included","run":"01hf7yat00000"}"# + "\n", 2),
    (#"{"format":"orrery export 1","payloads":"included","run":"01hf7yat00000"}"# + "\nx\n", 2),
    (
      #"{"format":"orrery export 1","payloads":"included","run":"01hf7yat00000"}"# + "\n"
        + #"{"event":"# + String(repeating: "[", count: 100_000)
        + String(repeating: "]", count: 100_000)
        + #","link":"0000000000000000000000000000000000000000000000000000000000000000"}"# + "\n", 2
    ),
    (String(repeating: "[", count: 1_000_000) + "\n", 1),
    (String(repeating: " ", count: 9_000_000), 1),
  ]) func refuses(text: String, line: Int) throws {
    guard case .broken(line, let what) = try verify(Array(text.utf8)) else {
      Issue.record("\(text.prefix(80))")
      return
    }
    #expect(!what.isEmpty && !what.contains("\n"))
  }

  @Test func aFileThatIsNotThereIsNotBroken() {
    #expect(throws: ContentError.self) { try Export.verify(folder("nowhere")) }
    #expect(throws: ContentError.self) { try Export.verify(folder.path) }
  }
}
