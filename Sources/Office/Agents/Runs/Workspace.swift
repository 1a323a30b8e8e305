// Where a run acts.
public import Events

/// Where a run acts: a fork of its world, in which every step has a layer of its own.
///
/// Whatever was done and not kept or committed is gone after `drop` or `discard`. All of it can be
/// asked for again after a crash: what was done already is done once.
public protocol Workspace: Sendable {
  /// Performs an action in the step's own layer, which begins as what the kept steps left.
  func perform(
    _ action: Action, for step: Step, within limits: Limits
  ) async throws(WorkspaceError) -> Outcome

  /// What a step (or, without one, the run) did to the world.
  func effects(of step: Step?) async throws(WorkspaceError) -> [Effect]

  /// Looks at the world as a step (or the run) would leave it, in clean processes.
  func check(_ checks: [Check], after step: Step?) async throws(WorkspaceError) -> [Evidence]

  /// Keeps what a step did in the run's fork, or says at which paths steps that were kept since it
  /// began did something else.
  func keep(_ step: Step) async throws(WorkspaceError) -> [Path]

  /// Hears that it is on record that a step was kept. What was kept and is not on record when a process
  /// dies is dropped by the next one.
  func settle(_ step: Step) async throws(WorkspaceError)

  /// Drops what a step did.
  func drop(_ step: Step) async throws(WorkspaceError)

  /// Brings the effects of the run, which are those that were looked at, into the world: all of them,
  /// or none, and then it says at which paths the world has changed meanwhile. After a crash it
  /// finishes what it began. Where it throws `.refused`, the world is as it was.
  func commit(_ reviewed: EffectSummary) async throws(WorkspaceError) -> [Path]

  /// Drops the fork, if there still is one.
  func discard() async throws(WorkspaceError)
}

/// Why a workspace did not do what it was asked: nothing of the world has changed.
public enum WorkspaceError: Error, Hashable {
  /// This machine can not isolate what is asked for; what is missing, and how to get it.
  case unisolated(String)
  /// A part of the machine failed: a disk is full, a process could not be made.
  case unavailable(String)
  /// What was asked for can not be had, and asking again will not change that: a step left a socket, a
  /// file is too large.
  case refused(String)
  /// What was done so far is gone: the fork was removed, or the machine was started anew before it was
  /// made durable.
  case lost(String)
  /// It was asked to stop.
  case cancelled

  /// Whether what was done is gone.
  public var isLoss: Bool { if case .lost = self { true } else { false } }
}

extension WorkspaceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unisolated(let what), .unavailable(let what), .refused(let what), .lost(let what): what
    case .cancelled: "it was stopped"
    }
  }
}
