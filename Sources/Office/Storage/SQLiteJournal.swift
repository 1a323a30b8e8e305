// The journal of a program: a file that several processes may write at once.
public import Basics
public import Events
import Foundation
import GRDB

/// A journal in an SQLite database. See `Schema` for the file, and `GroupCommit` for its speed.
///
/// What an append returned has reached the disk, and survives the loss of power as far as the disk
/// keeps its word. After an error of the disk it goes on working as soon as the disk does.
public final class SQLiteJournal: Journal {
  /// Where the file is.
  public let path: String
  let pool: DatabasePool
  let bell: Bell
  private let commits: GroupCommit

  /// The most bytes that an event may have as JSON. What is larger belongs into the content store.
  public static let eventSizeMax = 8 << 20

  /// Opens the journal in a file, or makes one. The directory has to be there.
  public init(at path: String) throws(JournalError) {
    let bell = Bell()
    self.path = path
    self.bell = bell
    pool = try Schema.open(path)
    commits = GroupCommit(pool) { bell.ring() }
  }

  /// Adds events, as `Journal` says.
  public func append(
    _ bodies: [Event.Body], to run: RunID, after length: Int, at time: Timestamp,
    under lease: Lease?
  ) async throws(JournalError) -> [Event] {
    let addition = try Addition(bodies, to: run, after: length, at: time)
    return try await change { db in
      if let lease {
        let fence = try StoredLease.fence(of: run, in: db)
        if fence != lease.fence { return .failure(.fenced(fence: fence)) }
      }
      return try addition.add(to: db)
    }
  }

  /// The events of a run, as `Journal` says. Their chain is checked.
  public func events(of run: RunID, after length: Int) async throws(JournalError) -> [Event] {
    try await events(of: run, after: length, limit: nil)
  }

  /// The first few of the events of a run after `length` ones, or all of them.
  func events(
    of run: RunID, after length: Int, limit: Int?
  ) async throws(JournalError) -> [Event] {
    let excerpt = try await read { db in
      try Excerpt(of: run, after: length, limit: limit, in: db)
    }
    do {
      return try excerpt.events()
    } catch {
      throw JournalError(error, at: path)
    }
  }

  /// The runs, as `Journal` says.
  public func runs(onlyOpen: Bool) async throws(JournalError) -> [RunRecord] {
    try await read { db in try RunRecord.all(onlyOpen: onlyOpen, in: db) }
  }

  /// What is known of one run; nil where it has not begun.
  public func record(of run: RunID) async throws(JournalError) -> RunRecord? {
    try await read { db in try RunRecord.one(run, in: db) }
  }

  /// Leases a run, as `Journal` says.
  public func lease(
    _ run: RunID, to owner: String, until: Timestamp, after fence: Int
  ) async throws(JournalError) -> Lease? {
    try await change { db in
      let last = try StoredLease.last(of: run, in: db)
      guard last?.fence ?? 0 == fence else { return .success(nil) }
      let isRenewal = last?.owner == owner
      let lease = Lease(
        run: run, owner: owner, fence: isRenewal ? fence : fence + 1, until: until)
      try StoredLease.put(lease, in: db)
      return .success(lease)
    }
  }

  /// Carries out a change of the file; where it is refused, nothing was written by it.
  func change<Answer: Sendable>(
    _ change: @escaping @Sendable (Database) throws -> Result<Answer, JournalError>
  ) async throws(JournalError) -> Answer {
    let answer: Result<Answer, JournalError>
    do {
      answer = try await commits.perform(change)
    } catch {
      throw JournalError(error, at: path)
    }
    return try answer.get()
  }

  /// Reads from the file as it is at one moment. It goes on where the task is cancelled, so that what
  /// was cancelled can still be put in order.
  func read<Answer: Sendable>(
    _ query: @escaping @Sendable (Database) throws -> Answer
  ) async throws(JournalError) -> Answer {
    do {
      return try await withCheckedThrowingContinuation { continuation in
        pool.asyncRead { db in
          continuation.resume(with: Result { try query(db.get()) })
        }
      }
    } catch {
      throw JournalError(error, at: path)
    }
  }
}
