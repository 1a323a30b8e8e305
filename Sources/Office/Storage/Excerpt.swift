// A stretch of a run's events as they lie in the file, before anybody has looked whether they are whole.
import Basics
import Events
import Foundation
import GRDB

/// Rows of a run, with what is needed to check them: the chain before, and how the run ends.
struct Excerpt: Sendable {
  private struct Row: Sendable {
    var sequence: Int
    var link: Data
    var bytes: Data
  }

  private var run: RunID
  private var length: Int
  private var before: Chain?
  private var end: Chain?
  private var rows: [Row] = []
  private var isLimited: Bool

  init(of run: RunID, after length: Int, limit: Int?, in db: Database) throws {
    self.run = run
    self.length = length
    isLimited = false
    end = try StoredRun(run, in: db)?.chain
    // A row before the first is read along: the first link goes on from there.
    let query = try db.cachedStatement(
      sql: """
        SELECT sequence, link, bytes FROM events WHERE run = ? AND sequence >= ?
        ORDER BY sequence LIMIT ?
        """)
    let rowsMax = limit.map { $0 + (length > 0 ? 1 : 0) }
    let cursor = try GRDB.Row.fetchCursor(
      query, arguments: [run.stored, max(length - 1, 0), rowsMax ?? -1])
    while let row = try cursor.next() {
      rows.append(Row(sequence: row[0], link: row[1], bytes: row[2]))
    }
    isLimited = rows.count == rowsMax
    if length == 0 {
      before = Chain()
    } else if let first = rows.first, first.sequence == length - 1 {
      guard let link = Digest(first.link) else { throw damage(first, "has a link that is no hash") }
      before = Chain(head: link, length: length)
      rows.removeFirst()
    }
  }

  /// The events, where they are those that were written.
  func events() throws -> [Event] {
    guard var chain = before else {
      // Whoever knows of more events than there are gets none; but what was counted must be there.
      if length <= end?.length ?? 0 {
        throw JournalError.damaged("event \(length - 1) of run \(run) is missing")
      }
      return []
    }
    var events: [Event] = []
    events.reserveCapacity(rows.count)
    for row in rows {
      guard row.sequence == chain.length else {
        throw damage(row, "comes where \(chain.length) should")
      }
      let link = chain.extend(by: [UInt8](row.bytes))
      guard link == Digest(row.link) else { throw damage(row, "is not what its link says") }
      events.append(try event(row, link))
    }
    if !isLimited, chain != end ?? Chain() {
      throw JournalError.damaged(
        "run \(run) ends at event \(chain.length - 1), and not as it did when it was written")
    }
    return events
  }

  private func event(_ row: Row, _ link: Digest) throws -> Event {
    let event: Event
    do {
      event = try Event(bytes: [UInt8](row.bytes), link: link)
    } catch {
      throw damage(row, "is none that this version knows")
    }
    guard event.run == run, event.sequence == row.sequence else {
      throw damage(row, "says that it is event \(event.sequence) of run \(event.run)")
    }
    return event
  }

  private func damage(_ row: Row, _ what: String) -> JournalError {
    .damaged("event \(row.sequence) of run \(run) \(what)")
  }
}
