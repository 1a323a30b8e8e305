// What became of a commit: after a crash, and when it is to be undone.
import CSandbox
public import Events
import Synchronization

/// How far the fork of a run is.
public enum Standing: String, Sendable, Hashable {
  /// There is none.
  case none
  /// The world has nothing of it yet.
  case open
  /// The world has it.
  case committed
  /// The world had it, and has it no more.
  case undone
}

extension ForkStore {
  /// Brings what a crash interrupted to its end, and says how far the fork of the run is then. A commit
  /// that had reached its commit point is finished. Where others have touched its paths since the
  /// crash, it is taken back, the fork is open again, and the error names the paths.
  public func recover(_ run: RunID) throws(ForkError) -> Standing {
    try recover(run, interrupt: { () throws(ForkError) in })
  }

  /// Takes a committed run back, as long as nobody else has touched the same paths: otherwise the
  /// error names them, and nothing is done.
  public func undo(_ run: RunID) throws(ForkError) {
    try undo(run, interrupt: { () throws(ForkError) in })
  }

  package func recover(_ run: RunID, interrupt: @escaping Interruption) throws(ForkError)
    -> Standing
  {
    guard hasFork(of: run) else { return .none }
    let fork = try fork(of: run)
    let phase = try Phase.of(fork.root)
    switch phase {
    case .open: return .open
    case .committed: return .committed
    case .undone: return .undone
    case .commit, .abandon, .reverting: break
    }
    let operations = try CommitJournal(of: phase, in: fork.root).operations
    let layer = try fork.committedLayer()
    switch phase {
    case .commit:
      try fork.finish(operations, layer: layer, interrupt)
      return .committed
    case .abandon:
      try fork.abandon(operations, layer: layer, interrupt)
      return .open
    default:
      try fork.revert(operations, layer: layer, interrupt)
      return .undone
    }
  }

  package func undo(_ run: RunID, interrupt: @escaping Interruption) throws(ForkError) {
    let fork = try fork(of: run)
    let phase = try Phase.of(fork.root)
    guard phase == .committed else { throw .wrongState("run \(run) \(phase.words)") }
    let operations = try CommitJournal(of: phase, in: fork.root).operations
    let receipt = try Receipt(from: fork.root)
    let conflicts = try receipt.touched(in: fork.world, contents: fork.contents)
    if !conflicts.isEmpty { throw .conflict(conflicts) }
    try interrupt()
    try CommitJournal.advance(fork.root, from: .committed, to: .reverting)
    try fork.revert(operations, layer: try fork.committedLayer(), interrupt)
  }
}

extension Fork {
  /// The layer that a commit is made from: all kept layers are one by then.
  func committedLayer() throws(ForkError) -> Handle {
    guard let number = state.withLock({ $0.kept.last }) else { return root }
    return try upper(of: number)
  }

  func revert(_ operations: [Operation], layer: Handle, _ interrupt: @escaping Interruption)
    throws(ForkError)
  {
    try Commit(operations, root: root, world: world, layer: layer, interrupt: interrupt)
      .revert(isChecked: true)
    try interrupt()
    try CommitJournal.advance(root, from: .reverting, to: .undone)
  }
}
