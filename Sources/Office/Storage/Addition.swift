// Events on their way into the file.
import Basics
import Events
import Foundation
import GRDB

/// Events that are to be added to a run. They are put into JSON before, where others need not wait;
/// their links are made inside of the transaction, from the link that is then the last.
struct Addition: Sendable {
  var bodies: [Event.Body]
  var run: RunID
  var length: Int
  var time: Timestamp
  private var bytes: [[UInt8]] = []

  init(
    _ bodies: [Event.Body], to run: RunID, after length: Int, at time: Timestamp
  ) throws(JournalError) {
    precondition(length >= 0, "a run can not have \(length) events")
    self.bodies = bodies
    self.run = run
    self.length = length
    self.time = time
    for (i, body) in bodies.enumerated() {
      do {
        bytes.append(try Chain.bytes(of: body, run: run, sequence: length + i, at: time))
      } catch {
        throw .unavailable("an event can not be said in JSON: \(error)")
      }
      if bytes[i].count > SQLiteJournal.eventSizeMax {
        throw .unavailable(
          "an event of \(bytes[i].count) bytes is larger than \(SQLiteJournal.eventSizeMax)")
      }
    }
  }

  /// Adds them, where the run is as long as was thought.
  func add(to db: Database) throws -> Result<[Event], JournalError> {
    let stored = try StoredRun(run, in: db)
    guard stored?.chain.length ?? 0 == length else {
      return .failure(.outrun(length: stored?.chain.length ?? 0))
    }
    if bodies.isEmpty { return .success([]) }
    var chain = stored?.chain ?? Chain()
    var events: [Event] = []
    let insertion = try db.cachedStatement(
      sql: "INSERT INTO events (run, sequence, link, bytes) VALUES (?, ?, ?, ?)")
    for (body, bytes) in zip(bodies, bytes) {
      let sequence = chain.length
      let link = chain.extend(by: bytes)
      insertion.setUncheckedArguments([run.stored, sequence, Data(link.bytes), Data(bytes)])
      try insertion.execute()
      events.append(Event(run: run, sequence: sequence, at: time, body: body, link: link))
    }
    if stored == nil {
      try StoredRun.insert(run, chain, events, in: db)
    } else {
      try StoredRun.update(run, chain, events, in: db)
    }
    return .success(events)
  }
}
