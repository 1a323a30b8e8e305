// Group commit: changes that come at the same time share a transaction, and so one wait for the disk.
import GRDB
import Synchronization

/// Carries out changes of a database, one after the other, many in a transaction.
///
/// While one transaction waits for the disk, the next changes gather; then all of them go into the
/// next. A lone change does not wait for company. What is returned is durable.
final class GroupCommit: Sendable {
  private let pool: DatabasePool
  private let didCommit: @Sendable () -> Void
  private let queue = Mutex(Queue())

  /// The most changes in a transaction: enough that the disk costs each of them nothing, few enough
  /// that the first does not wait long for the last.
  private static let changesMax = 256

  private struct Queue {
    var waiting: [Change] = []
    var isDraining = false
  }

  /// A change, which keeps its answer, and whoever waits for it.
  private struct Change: Sendable {
    var apply: @Sendable (Database) throws -> Void
    var finish: @Sendable ((any Error)?) -> Void
  }

  /// Changes of this database; `didCommit` is called after each transaction.
  init(_ pool: DatabasePool, didCommit: @escaping @Sendable () -> Void) {
    self.pool = pool
    self.didCommit = didCommit
  }

  /// Carries out a change, and returns when its answer is durable.
  ///
  /// A change that is refused says so by its answer, before it has written anything. One that throws
  /// is undone and does not hurt those that share its transaction. It may be applied several times,
  /// each time to a database that has nothing of it.
  func perform<Answer: Sendable>(
    _ change: @escaping @Sendable (Database) throws -> Answer
  ) async throws -> Answer {
    let kept = Kept<Answer>()
    return try await withCheckedThrowingContinuation { continuation in
      enqueue(
        Change(
          apply: { db in
            let answer = try change(db)
            kept.answer.withLock { $0 = answer }
          },
          finish: { error in
            if let error {
              continuation.resume(throwing: error)
            } else if let answer = kept.answer.withLock({ $0 }) {
              continuation.resume(returning: answer)
            } else {
              preconditionFailure("a change was committed that was not applied")
            }
          }))
    }
  }

  private final class Kept<Answer: Sendable>: Sendable {
    let answer = Mutex<Answer?>(nil)
  }

  private func enqueue(_ change: Change) {
    let mustBegin = queue.withLock { queue in
      queue.waiting.append(change)
      defer { queue.isDraining = true }
      return !queue.isDraining
    }
    if mustBegin { pool.asyncWriteWithoutTransaction { self.drain($0) } }
  }

  /// Carries out all that waits, on the thread that writes.
  private func drain(_ db: Database) {
    while let changes = next() { commit(changes, to: db) }
  }

  private func next() -> [Change]? {
    queue.withLock { queue in
      if queue.waiting.isEmpty {
        queue.isDraining = false
        return nil
      }
      let changes = Array(queue.waiting.prefix(Self.changesMax))
      queue.waiting.removeFirst(changes.count)
      return changes
    }
  }

  /// Commits changes together. One that throws is left out, and the others are tried again, unless
  /// what it met concerns them all.
  private func commit(_ changes: [Change], to db: Database) {
    var changes = changes
    while !changes.isEmpty {
      var applied = 0
      do {
        try db.inTransaction(.immediate) {
          for change in changes {
            try change.apply(db)
            applied += 1
          }
          return .commit
        }
        didCommit()
        for change in changes { change.finish(nil) }
        return
      } catch {
        if applied == changes.count || isEverybodys(error) {
          for change in changes { change.finish(error) }
          return
        }
        changes.remove(at: applied).finish(error)
      }
    }
  }

  /// Whether an error is one of the disk or of the whole file.
  private func isEverybodys(_ error: any Error) -> Bool {
    guard let code = (error as? DatabaseError)?.resultCode else { return false }
    return code != .SQLITE_CORRUPT && code != .SQLITE_CONSTRAINT && code != .SQLITE_TOOBIG
  }
}
