// Sees to it that every run is worked on by one process at a time, and by some process at all.
public import Basics
public import Events

/// Sees to it that every run is worked on by one process at a time, and by some process at all.
///
/// A run is leased before it is continued. The lease is renewed while its process lives; it can be
/// taken over when that process is gone or has not renewed it in time. Its fence keeps the former
/// owner, should it wake up, from writing.
public struct Supervisor: Sendable {
  let journal: any Journal
  let owner: String
  let term: Duration
  let now: @Sendable () -> Timestamp
  let isGone: @Sendable (String) -> Bool

  /// A supervisor for a process.
  ///
  /// - Parameters:
  ///   - owner: the process; see `Owner`.
  ///   - term: how long a lease lasts without being renewed.
  ///   - isGone: whether a process is gone for sure.
  public init(
    journal: any Journal, owner: String = Owner.this.description, term: Duration = .seconds(30),
    now: @escaping @Sendable () -> Timestamp,
    isGone: @escaping @Sendable (String) -> Bool = Owner.isGone
  ) {
    self.journal = journal
    self.owner = owner
    self.term = term
    self.now = now
    self.isGone = isGone
  }

  /// Does some work on a run under a lease that is renewed meanwhile and given back after it; nil
  /// where another process is at work on the run.
  public func attend<Value: Sendable>(
    _ run: RunID, last: Lease?, clock: some Clock<Duration> = .continuous,
    _ work: @escaping @Sendable (Lease) async throws -> Value
  ) async throws -> Value? {
    if let last, last.owner != owner, last.until > now(), !isGone(last.owner) { return nil }
    guard
      let lease = try await journal.lease(
        run, to: owner, until: end, after: last?.fence ?? 0)
    else { return nil }
    let result = await Result { () async throws -> Value in
      try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work(lease) }
        group.addTask {
          while true {
            try await clock.sleep(for: self.term / 3)
            _ = try await self.journal.lease(
              run, to: self.owner, until: self.end, after: lease.fence)
          }
        }
        defer { group.cancelAll() }
        guard let value = try await group.next(), let value else { throw CancellationError() }
        return value
      }
    }
    _ = try? await journal.lease(
      run, to: owner, until: Timestamp(microseconds: 0), after: lease.fence)
    return try result.get()
  }

  private var end: Timestamp {
    let (seconds, attoseconds) = term.components
    return now().advanced(bySeconds: Double(seconds) + Double(attoseconds) * 1e-18)
  }
}

extension Result where Failure == any Error {
  /// What an asynchronous body returns or throws.
  init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
