// Who says what to do next.
public import Events

/// Who says what to do next, once all known steps of a goal are done.
public protocol Proposer: Sendable {
  /// A further step, or nil: the claim that the goal is reached.
  func propose(for goal: Goal, after history: RunMachine) async throws -> Step?
}

/// A script: its steps are those of the goal, and there are no others.
public struct Script: Proposer {
  /// A script.
  public init() {}

  /// Claims that the goal is reached.
  public func propose(for goal: Goal, after history: RunMachine) async throws -> Step? { nil }
}
