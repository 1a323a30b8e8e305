// The file of a journal, and how one is opened.
//
// It is an SQLite database with a write-ahead log, marked with our application ID. Four tables:
//
//   events   every event, in the order in which they were added. `run` holds the 64 bits of the run's
//            name, `sequence` its number in the run, `bytes` what its link covers (see `Chain`: the
//            event without its link as canonical JSON and a line feed), and `link` 32 bytes. Rows are
//            added, and never changed.
//   runs     what follows from the events and is asked often: a run's length and the link of its last
//            event (so that a lost last event is noticed), its title, directory and times in
//            microseconds, how it ended, whether it was taken back. A run whose first event is not
//            `began` has no title.
//   leases   who may continue a run, until when, and how many times it was leased. A row is never
//            removed, for the fence must never go back.
//   keys     the run that was begun under a key, and the hash of its goal.
import Events
import Foundation
import GRDB

enum Schema {
  /// "Orry": so that `file` and we know the database for ours.
  private static let mark = 0x4F72_7279

  /// Opens or makes the file. Where several processes do so at once, one makes it.
  static func open(_ path: String) throws(JournalError) -> DatabasePool {
    let directory = parent(of: path)
    // The lock is on the directory, so that nothing else has to lie in it; the system takes it away
    // from a process that ends.
    let lock = Foundation.open(directory, O_RDONLY | O_CLOEXEC)
    guard lock >= 0 else {
      throw .unavailable("\(path) can not be opened: \(systemReason())")
    }
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0 {
      guard errno == EINTR else {
        throw .unavailable("\(path) can not be opened: \(systemReason())")
      }
    }
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { db in
        try check(db, path)
        // The pool has asked for less: to lose what was committed last where the power fails.
        try db.execute(sql: "PRAGMA synchronous = FULL")
      }
      try migrator.migrate(pool)
      fsync(lock)
      return pool
    } catch {
      throw JournalError(error, at: path)
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "Journal"
    configuration.maximumReaderCount = 4
    configuration.foreignKeysEnabled = false
    // Other processes commit within milliseconds. Short naps of growing length are kinder to them
    // and to us than SQLite's own, which are a tenth of a second; after ten seconds it is given up.
    configuration.busyMode = .callback { tries in
      usleep(UInt32(min(tries + 1, 20) * 100))
      return tries < 5_000
    }
    return configuration
  }

  private static func check(_ db: Database, _ path: String) throws {
    let found = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
    if isEmpty {
      try db.execute(sql: "PRAGMA application_id = \(mark)")
    } else if found != mark {
      throw JournalError.unavailable("\(path) is a database of another program")
    }
    if try migrator.hasBeenSuperseded(db) {
      throw JournalError.unavailable("\(path) was written by a newer version of Orrery than this")
    }
  }

  /// A migration that has shipped is never changed: a new one is added below.
  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          CREATE TABLE events (
            number INTEGER PRIMARY KEY, run INTEGER NOT NULL, sequence INTEGER NOT NULL,
            link BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
          CREATE UNIQUE INDEX eventsOfRuns ON events (run, sequence);
          CREATE TABLE runs (
            run INTEGER PRIMARY KEY, length INTEGER NOT NULL, head BLOB NOT NULL,
            title TEXT, directory TEXT NOT NULL, began INTEGER NOT NULL, latest INTEGER NOT NULL,
            ending TEXT, isReverted INTEGER NOT NULL) STRICT;
          CREATE INDEX openRuns ON runs (run) WHERE ending IS NULL;
          CREATE TABLE leases (
            run INTEGER PRIMARY KEY, owner TEXT NOT NULL, fence INTEGER NOT NULL,
            until INTEGER NOT NULL) STRICT;
          CREATE TABLE keys (
            key TEXT PRIMARY KEY, run INTEGER NOT NULL, goal BLOB NOT NULL) STRICT, WITHOUT ROWID;
          """)
    }
    return migrator
  }
}
