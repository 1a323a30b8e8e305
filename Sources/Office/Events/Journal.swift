// Where events are kept.
public import Basics

/// Where events are kept: the one truth of every run.
///
/// What `append` has returned is durable. Two writers can not both continue a run: each says how many
/// events it knows of, and the journal refuses the one that knows too few. A lease keeps others from
/// trying, and its fence keeps out a writer that was paused while its lease went to another.
public protocol Journal: Sendable {
  /// Adds events after the first `length` ones. All are added, or none is.
  ///
  /// With a lease, the run must still be leased under its fence.
  func append(
    _ bodies: [Event.Body], to run: RunID, after length: Int, at time: Timestamp,
    under lease: Lease?
  ) async throws(JournalError) -> [Event]

  /// The events of a run after the first `length` ones; empty for a run that is not known.
  func events(of run: RunID, after length: Int) async throws(JournalError) -> [Event]

  /// The runs, the youngest first: all, or only those that have not ended.
  func runs(onlyOpen: Bool) async throws(JournalError) -> [RunRecord]

  /// Leases a run to an owner until a time, given the fence of the lease before (0 where there was
  /// none); nil where another was quicker. The owner of that lease renews it, and its fence stays; for
  /// anybody else the fence is one more. A time that lies in the past gives the run back.
  func lease(
    _ run: RunID, to owner: String, until: Timestamp, after fence: Int
  ) async throws(JournalError) -> Lease?
}

/// The right to continue a run, for a while.
public struct Lease: Sendable, Hashable {
  /// The run.
  public var run: RunID
  /// Who has it.
  public var owner: String
  /// How many times the run was leased, this one included.
  public var fence: Int
  /// When it ends.
  public var until: Timestamp

  /// A lease of these parts.
  public init(run: RunID, owner: String, fence: Int, until: Timestamp) {
    self.run = run
    self.owner = owner
    self.fence = fence
    self.until = until
  }
}

/// What a journal knows of a run without reading all its events.
public struct RunRecord: Sendable, Hashable {
  /// The run.
  public var run: RunID
  /// What it is for.
  public var title: String
  /// The directory that is its world.
  public var directory: String
  /// How many events it has.
  public var length: Int
  /// When it began.
  public var began: Timestamp
  /// When its last event happened.
  public var latest: Timestamp
  /// How it ended, if it has.
  public var ending: Event.Ending?
  /// Whether it was taken back after its commit.
  public var isReverted: Bool
  /// Its last lease, if it ever had one.
  public var lease: Lease?

  /// A record of these parts.
  public init(
    run: RunID, title: String, directory: String, length: Int, began: Timestamp, latest: Timestamp,
    ending: Event.Ending? = nil, isReverted: Bool = false, lease: Lease? = nil
  ) {
    self.run = run
    self.title = title
    self.directory = directory
    self.length = length
    self.began = began
    self.latest = latest
    self.ending = ending
    self.isReverted = isReverted
    self.lease = lease
  }
}

/// Why a journal did not do what it was asked.
public enum JournalError: Error, Hashable {
  /// Somebody else has continued the run: it has this many events.
  case outrun(length: Int)
  /// The lease has gone to another, who has this fence.
  case fenced(fence: Int)
  /// The journal can not be written or read now; nothing was added.
  case unavailable(String)
  /// What was read is not what was written.
  case damaged(String)
}

extension JournalError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outrun(let length):
      "another process has continued the run, which has \(length) events now"
    case .fenced: "another process has taken the run over"
    case .unavailable(let reason): "the journal can not be used: \(reason)"
    case .damaged(let reason): "the journal is damaged: \(reason)"
    }
  }
}
