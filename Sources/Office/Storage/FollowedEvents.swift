// A run as it goes on, for those who watch.
public import Basics
import Dispatch
public import Events

/// The events of a run, those that are there and then each one that is added, by whichever process.
///
/// It never ends by itself, since a run that has ended may still be taken back: whoever has seen enough
/// stops. Nothing is kept for those who are slow but the page that they are reading, and nobody waits
/// for them.
public struct FollowedEvents: AsyncSequence, Sendable {
  fileprivate let journal: SQLiteJournal
  fileprivate let run: RunID
  fileprivate let length: Int

  /// Goes through the events, until the task is cancelled.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let journal: SQLiteJournal
    fileprivate let run: RunID
    fileprivate var length: Int
    /// The events that were read and not yet given, the last first.
    fileprivate var page: [Event] = []

    /// The most events that are read at a time.
    private static let pageSize = 128

    /// The next event, when there is one; nil after the task was cancelled.
    public mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws(JournalError) -> Event? {
      while page.isEmpty {
        if Task.isCancelled { return nil }
        let rings = journal.bell.rings
        page = try await journal.events(of: run, after: length, limit: Self.pageSize).reversed()
        // Our own commits ring. Those of other processes are looked for: that costs one look at an
        // index, and a person sees no difference.
        if page.isEmpty { await journal.bell.wait(after: rings, atMost: .milliseconds(40)) }
      }
      length += 1
      return page.removeLast()
    }
  }

  /// Begins to follow.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(journal: journal, run: run, length: length)
  }
}

extension SQLiteJournal {
  /// Follows a run from its event `length` on. The run need not have begun.
  public func follow(_ run: RunID, after length: Int = 0) -> FollowedEvents {
    FollowedEvents(journal: self, run: run, length: length)
  }
}
