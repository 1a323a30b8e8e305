// Runs that are begun by those who may ask twice.
public import Basics
public import Events
import Foundation
import GRDB

/// What came of the wish to begin a run under a key.
public enum Beginning: Sendable, Hashable {
  /// The run has begun, with these events.
  case new([Event])
  /// It had begun already, under this name: whoever asked, asks again.
  case known(RunID)
  /// The key belongs to a run with another goal.
  case taken(RunID)
}

extension SQLiteJournal {
  /// Begins a run, unless one was begun under the same key: then nothing happens.
  public func begin(
    _ goal: Goal, as run: RunID, key: String, at time: Timestamp
  ) async throws(JournalError) -> Beginning {
    let addition = try Addition([.began(goal)], to: run, after: 0, at: time)
    let digest: Digest
    do {
      digest = Digest(of: try JSON.encoded(goal))
    } catch {
      throw .unavailable("a goal can not be said in JSON: \(error)")
    }
    return try await change { db in
      if let row = try Row.fetchOne(
        db, sql: "SELECT run, goal FROM keys WHERE key = ?", arguments: [key])
      {
        let known = RunID(stored: row[0])
        return .success(Digest(row[1] as Data) == digest ? .known(known) : .taken(known))
      }
      switch try addition.add(to: db) {
      case .failure(let refusal): return .failure(refusal)
      case .success(let events):
        try db.execute(
          sql: "INSERT INTO keys (key, run, goal) VALUES (?, ?, ?)",
          arguments: [key, run.stored, Data(digest.bytes)])
        return .success(.new(events))
      }
    }
  }
}
