// The journal in a file: opening, keys, following, and what it says of damage.
import Basics
import Events
import Foundation
import Storage
import Testing

@Suite struct SQLiteJournalTests {
  let folder: Folder
  let journal: SQLiteJournal

  init() throws {
    folder = try Folder()
    journal = try SQLiteJournal(at: folder("journal"))
  }

  func fill(_ count: Int = 3) async throws -> [Event] {
    try await journal.append(
      [.began(Samples.goal)] + (1..<count).map { .paused(reason: "\($0)") }, to: Samples.run,
      after: 0, at: Samples.time, under: nil)
  }

  /// Runs SQL as somebody else would.
  func tamper(_ sql: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
      journal.path, sql,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  @Test func isThereAfterwards() async throws {
    let added = try await fill()
    let again = try SQLiteJournal(at: folder("journal"))
    #expect(try await again.events(of: Samples.run, after: 0) == added)
    #expect(try await again.record(of: Samples.run)?.length == 3)
    #expect(try await again.examine() == [])
  }

  @Test func manyAtOnceShareTheDisk() async throws {
    let journal = journal
    try await withThrowingTaskGroup { group in
      for i in 1...300 {
        group.addTask {
          _ = try await journal.append(
            [.began(Samples.goal)], to: RunID(bits: UInt64(i)), after: 0, at: Samples.time,
            under: nil)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await journal.runs(onlyOpen: true).map(\.run.bits) == (1...300).reversed())
  }

  @Test func aKeyBeginsOneRun() async throws {
    func begin(_ title: String, _ bits: UInt64, _ journal: SQLiteJournal) async throws -> Beginning
    {
      var goal = Samples.goal
      goal.title = title
      return try await journal.begin(goal, as: RunID(bits: bits), key: "k", at: Samples.time)
    }
    guard case .new(let events) = try await begin("a", 1, journal) else {
      Issue.record("nothing has begun")
      return
    }
    #expect(try await journal.events(of: RunID(bits: 1), after: 0) == events)
    let elsewhere = try SQLiteJournal(at: folder("journal"))
    #expect(try await begin("a", 2, elsewhere) == .known(RunID(bits: 1)))
    #expect(try await begin("b", 3, elsewhere) == .taken(RunID(bits: 1)))
    #expect(try await journal.runs(onlyOpen: false).count == 1)
  }

  @Test func isFollowed() async throws {
    let first = try await fill(300)
    let (journal, path) = (journal, folder("journal"))
    async let seen = {
      var seen: [Event] = []
      for try await event in journal.follow(Samples.run, after: 1) {
        seen.append(event)
        if case .finished = event.body { break }
      }
      return seen
    }()
    var all = first
    // By turns from here and from elsewhere.
    let elsewhere = try SQLiteJournal(at: path)
    for i in 0..<20 {
      all += try await (i.isMultiple(of: 2) ? journal : elsewhere).append(
        [i == 19 ? .finished(.verified) : .resumed(adding: Spending())], to: Samples.run,
        after: all.count,
        at: Samples.time, under: nil)
    }
    #expect(try await seen == Array(all.dropFirst()))
  }

  @Test func followingEndsWhenCancelled() async throws {
    let journal = journal
    let watching = Task {
      for try await _ in journal.follow(Samples.run) {}
      return true
    }
    watching.cancel()
    #expect(try await watching.value)
  }

  @Test(arguments: [
    ("UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"1\"', '\"7\"') AS BLOB)", 1),
    ("UPDATE events SET link = zeroblob(32) WHERE sequence = 1", 1),
    ("UPDATE events SET link = x'00' WHERE sequence = 1", 1),
    ("DELETE FROM events WHERE sequence = 1", 2),
    ("DELETE FROM events WHERE sequence = 0", 1),
    ("DELETE FROM events WHERE sequence = 2", 1),
    ("DELETE FROM events", -1),
    ("UPDATE events SET sequence = sequence + 10", 10),
    ("UPDATE runs SET head = zeroblob(32)", 2),
    ("UPDATE runs SET length = 2", 2),
    ("DELETE FROM runs", 2),
  ]) func findsDamage(sql: String, at sequence: Int) async throws {
    _ = try await fill()
    try tamper(sql)
    await #expect(throws: JournalError.self) {
      _ = try await journal.events(of: Samples.run, after: 0)
    }
    let findings = try await journal.examine()
    #expect(findings.count == 1)
    #expect(
      findings[0].contains("event \(sequence) ") || findings[0].contains("event \(sequence),"))
  }

  @Test func refusesOthersFiles() async throws {
    try tamper("INSERT INTO grdb_migrations VALUES ('99')")
    #expect(throws: JournalError.self) { try SQLiteJournal(at: journal.path) }
    try tamper("PRAGMA application_id = 5")
    #expect(throws: JournalError.self) { try SQLiteJournal(at: journal.path) }
    try Data(repeating: 7, count: 10_000).write(to: URL(fileURLWithPath: folder("noise")))
    #expect(throws: JournalError.self) { try SQLiteJournal(at: folder("noise")) }
    #expect(throws: JournalError.self) { try SQLiteJournal(at: folder("no/where")) }
    #expect(throws: JournalError.self) { try SQLiteJournal(at: folder.path) }
  }

  @Test func oneOfManyMakesTheFile() async throws {
    let path = folder("new")
    try await withThrowingTaskGroup { group in
      for i in 1...8 {
        group.addTask {
          _ = try await SQLiteJournal(at: path).append(
            [.began(Samples.goal)], to: RunID(bits: UInt64(i)), after: 0, at: Samples.time,
            under: nil)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await SQLiteJournal(at: path).runs(onlyOpen: true).count == 8)
  }

  @Test func refusesWhatIsTooLarge() async throws {
    let long = String(repeating: "x", count: SQLiteJournal.eventSizeMax)
    await #expect(throws: JournalError.self) {
      _ = try await journal.append(
        [.paused(reason: long)], to: Samples.run, after: 0, at: Samples.time, under: nil)
    }
    #expect(try await fill().count == 3)
  }
}
