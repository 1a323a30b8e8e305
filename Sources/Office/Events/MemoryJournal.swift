// A journal that is gone when the process is.
public import Basics
import Synchronization

/// A journal in memory: for rehearsals and simulations.
public final class MemoryJournal: Journal {
  private let entries = Mutex<[RunID: Entry]>([:])

  private struct Entry {
    var events: [Event] = []
    var lease: Lease?
  }

  /// A journal without runs.
  public init() {}

  /// Adds events, as `Journal` says.
  public func append(
    _ bodies: [Event.Body], to run: RunID, after length: Int, at time: Timestamp,
    under lease: Lease?
  ) async throws(JournalError) -> [Event] {
    try entries.withLock { entries throws(JournalError) in
      var entry = entries[run] ?? Entry()
      if let lease, entry.lease?.fence != lease.fence {
        throw .fenced(fence: entry.lease?.fence ?? 0)
      }
      guard entry.events.count == length else { throw .outrun(length: entry.events.count) }
      var chain = entry.events.last.map(Chain.init(after:)) ?? Chain()
      var added: [Event] = []
      for body in bodies {
        do {
          added.append(try chain.extend(run, at: time, body))
        } catch {
          throw .unavailable("an event can not be said in JSON: \(error)")
        }
      }
      entry.events += added
      entries[run] = entry
      return added
    }
  }

  /// The events of a run, as `Journal` says.
  public func events(of run: RunID, after length: Int) async throws(JournalError) -> [Event] {
    entries.withLock { Array(($0[run]?.events ?? []).dropFirst(length)) }
  }

  /// The runs, as `Journal` says.
  public func runs(onlyOpen: Bool) async throws(JournalError) -> [RunRecord] {
    entries.withLock { entries in
      entries.values.compactMap { entry in
        RunRecord(of: entry.events).map {
          var record = $0
          record.lease = entry.lease
          return record
        }
      }
    }.filter { !onlyOpen || $0.ending == nil }.sorted { $1.run < $0.run }
  }

  /// Leases a run, as `Journal` says.
  public func lease(
    _ run: RunID, to owner: String, until: Timestamp, after fence: Int
  ) async throws(JournalError) -> Lease? {
    entries.withLock { entries in
      let last = entries[run]?.lease
      guard last?.fence ?? 0 == fence else { return nil }
      let isRenewal = last?.owner == owner
      let lease = Lease(
        run: run, owner: owner, fence: isRenewal ? fence : fence + 1, until: until)
      entries[run, default: Entry()].lease = lease
      return lease
    }
  }
}

extension RunRecord {
  /// The record of a run with these events; nil where it has not begun.
  public init?(of events: [Event]) {
    guard let first = events.first, case .began(let goal) = first.body, let last = events.last
    else { return nil }
    self.init(
      run: first.run, title: goal.title, directory: goal.directory, length: events.count,
      began: first.at, latest: last.at)
    for event in events { take(event.body) }
  }

  /// Takes what an event says about how the run ended.
  public mutating func take(_ body: Event.Body) {
    switch body {
    case .finished(let ending): self.ending = ending
    case .reverted: isReverted = true
    default: break
    }
  }
}
