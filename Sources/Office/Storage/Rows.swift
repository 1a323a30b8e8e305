// Rows of the tables of runs and leases.
import Basics
import Events
import Foundation
import GRDB

extension RunID {
  /// The bits as SQLite has integers. Names made before the year 280,000 keep their order.
  var stored: Int64 { Int64(bitPattern: bits) }

  init(stored: Int64) { self.init(bits: UInt64(bitPattern: stored)) }
}

/// What has to be known of a run to go on with it.
struct StoredRun {
  /// How its chain ends.
  var chain: Chain

  /// The run as it is; nil where it has no events.
  init?(_ run: RunID, in db: Database) throws {
    let query = try db.cachedStatement(sql: "SELECT length, head FROM runs WHERE run = ?")
    guard let row = try Row.fetchOne(query, arguments: [run.stored]) else { return nil }
    guard let head = Digest(row[1] as Data) else {
      throw JournalError.damaged("the last link of run \(run) is no hash")
    }
    chain = Chain(head: head, length: row[0])
  }

  /// Adds the row of a run that has got its first events.
  static func insert(_ run: RunID, _ chain: Chain, _ events: [Event], in db: Database) throws {
    let record = RunRecord(of: events)
    let insertion = try db.cachedStatement(
      sql: """
        INSERT INTO runs (run, length, head, title, directory, began, latest, ending, isReverted)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    insertion.setUncheckedArguments([
      run.stored, chain.length, Data(chain.head.bytes), record?.title, record?.directory ?? "",
      events[0].at.microseconds, events[0].at.microseconds, record?.ending?.rawValue,
      record?.isReverted ?? false,
    ])
    try insertion.execute()
  }

  /// Changes the row of a run that has got more events.
  static func update(_ run: RunID, _ chain: Chain, _ events: [Event], in db: Database) throws {
    var ending: Event.Ending?
    var isReverted = false
    for event in events {
      if case .finished(let how) = event.body { ending = how }
      if case .reverted = event.body { isReverted = true }
    }
    // Where these events say nothing of its end, what is known of it stays, and the index of open
    // runs is left alone.
    let change = try db.cachedStatement(
      sql: ending == nil && !isReverted
        ? "UPDATE runs SET length = ?, head = ?, latest = ? WHERE run = ?"
        : """
        UPDATE runs SET length = ?, head = ?, latest = ?, ending = coalesce(?, ending),
          isReverted = isReverted OR ? WHERE run = ?
        """)
    let time = events[0].at.microseconds
    change.setUncheckedArguments(
      ending == nil && !isReverted
        ? [chain.length, Data(chain.head.bytes), time, run.stored]
        : [
          chain.length, Data(chain.head.bytes), time, ending?.rawValue, isReverted, run.stored,
        ])
    try change.execute()
  }
}

enum StoredLease {
  /// The fence of the last lease of a run; 0 where there was none.
  static func fence(of run: RunID, in db: Database) throws -> Int {
    let query = try db.cachedStatement(sql: "SELECT fence FROM leases WHERE run = ?")
    return try Int.fetchOne(query, arguments: [run.stored]) ?? 0
  }

  /// The fence and the owner of the last lease of a run; nil where there was none.
  static func last(of run: RunID, in db: Database) throws -> (fence: Int, owner: String)? {
    let query = try db.cachedStatement(sql: "SELECT fence, owner FROM leases WHERE run = ?")
    return try Row.fetchOne(query, arguments: [run.stored]).map { ($0[0], $0[1]) }
  }

  static func put(_ lease: Lease, in db: Database) throws {
    let change = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO leases (run, owner, fence, until) VALUES (?, ?, ?, ?)")
    change.setUncheckedArguments([
      lease.run.stored, lease.owner, lease.fence, lease.until.microseconds,
    ])
    try change.execute()
  }
}

extension RunRecord {
  private static let columns = """
    SELECT runs.run, title, directory, length, began, latest, ending, isReverted,
      owner, fence, until
    FROM runs LEFT JOIN leases ON leases.run = runs.run WHERE title IS NOT NULL
    """

  static func all(onlyOpen: Bool, in db: Database) throws -> [RunRecord] {
    let query = try db.cachedStatement(
      sql: columns + (onlyOpen ? " AND ending IS NULL" : "") + " ORDER BY runs.run DESC")
    return try Row.fetchAll(query).map { try RunRecord($0) }
  }

  static func one(_ run: RunID, in db: Database) throws -> RunRecord? {
    let query = try db.cachedStatement(sql: columns + " AND runs.run = ?")
    return try Row.fetchOne(query, arguments: [run.stored]).map { try RunRecord($0) }
  }

  private init(_ row: Row) throws {
    let run = RunID(stored: row[0])
    var ending: Event.Ending?
    if let word: String = row[6] {
      ending = Event.Ending(rawValue: word)
      if ending == nil { throw JournalError.damaged("run \(run) has ended as '\(word)'") }
    }
    var lease: Lease?
    if let owner: String = row[8] {
      lease = Lease(
        run: run, owner: owner, fence: row[9], until: Timestamp(microseconds: row[10]))
    }
    self.init(
      run: run, title: row[1], directory: row[2], length: row[3],
      began: Timestamp(microseconds: row[4]), latest: Timestamp(microseconds: row[5]),
      ending: ending, isReverted: row[7], lease: lease)
  }
}

extension Digest {
  /// The hash in a column.
  init?(_ data: Data) { self.init(bytes: [UInt8](data)) }
}
