// Everything in the file, looked at.
import Basics
public import Events
import Foundation
import GRDB

extension SQLiteJournal {
  /// Looks at the whole file, and at every event of every run: each sentence says what is damaged, and
  /// none means that all is as it was written.
  public func examine() async throws(JournalError) -> [String] {
    var findings = try await read { db in
      try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
    }
    if findings == ["ok"] { findings = [] }
    for run in try await allRuns() {
      do throws(JournalError) {
        try await visit(run) { _ in }
      } catch .damaged(let what) {
        findings.append(what)
      }
    }
    return findings
  }

  /// The names of all contents that any event refers to.
  public func references() async throws(JournalError) -> Set<Digest> {
    var references: Set<Digest> = []
    for run in try await allRuns() {
      try await visit(run) { references.formUnion($0.body.references) }
    }
    return references
  }

  /// All runs that have events or ever had any.
  private func allRuns() async throws(JournalError) -> [RunID] {
    try await read { db in
      try Int64.fetchAll(db, sql: "SELECT run FROM runs UNION SELECT run FROM events")
        .map { RunID(stored: $0) }
    }
  }

  /// Goes through the events of a run, few of them in memory at a time.
  private func visit(
    _ run: RunID, _ look: (Event) -> Void
  ) async throws(JournalError) {
    var length = 0
    while true {
      let events = try await events(of: run, after: length, limit: 512)
      if events.isEmpty { return }
      for event in events { look(event) }
      length += events.count
    }
  }
}
