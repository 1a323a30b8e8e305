// Every journal of ours keeps the contract.
import Basics
import Events
import Storage
import Synchronization
import TestKit
import Testing

@Suite struct ConformanceTests {
  @Test func inMemory() async {
    #expect(await JournalConformance { MemoryJournal() }.findings().joined(separator: "; ") == "")
  }

  @Test func inSQLite() async throws {
    let folder = try Folder()
    let names = Names()
    let kit = JournalConformance(seeds: [1, 2, 3, 4, 5]) {
      try SQLiteJournal(at: folder(names.next()))
    }
    #expect(await kit.findings().joined(separator: "; ") == "")
  }

  /// A journal where each call goes to one of two connections, as if there were two processes.
  @Test func inSQLiteByTwo() async throws {
    let folder = try Folder()
    let names = Names()
    let kit = JournalConformance(seeds: [6, 7, 8]) {
      let file = folder(names.next())
      return try Alternating(SQLiteJournal(at: file), SQLiteJournal(at: file))
    }
    #expect(await kit.findings().joined(separator: "; ") == "")
  }
}

/// Names of files, each another.
final class Names: Sendable {
  private let count = Atomic(0)
  func next() -> String { "journal-\(count.add(1, ordering: .relaxed).newValue)" }
}

/// Two journals of one file, by turns.
private struct Alternating: Journal {
  private let journals: [any Journal]
  private let turns = Turns()

  private final class Turns: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue % 2 }
  }

  init(_ a: any Journal, _ b: any Journal) { journals = [a, b] }

  func append(
    _ bodies: [Event.Body], to run: RunID, after length: Int, at time: Timestamp,
    under lease: Lease?
  ) async throws(JournalError) -> [Event] {
    try await journals[turns.next()].append(bodies, to: run, after: length, at: time, under: lease)
  }

  func events(of run: RunID, after length: Int) async throws(JournalError) -> [Event] {
    try await journals[turns.next()].events(of: run, after: length)
  }

  func runs(onlyOpen: Bool) async throws(JournalError) -> [RunRecord] {
    try await journals[turns.next()].runs(onlyOpen: onlyOpen)
  }

  func lease(
    _ run: RunID, to owner: String, until: Timestamp, after fence: Int
  ) async throws(JournalError) -> Lease? {
    try await journals[turns.next()].lease(run, to: owner, until: until, after: fence)
  }
}
