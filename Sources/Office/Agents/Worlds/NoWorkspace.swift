// The workspace of a run that is given up and has nothing to give up.
public import Events

/// The workspace of a run whose fork never was, or is gone: all that can be done is to leave it.
public struct NoWorkspace: Workspace {
  /// Nothing.
  public init() {}

  public func perform(
    _ action: Action, for step: Step, within limits: Limits
  ) async throws(WorkspaceError) -> Outcome { throw .lost("there is no fork") }

  public func effects(of step: Step?) async throws(WorkspaceError) -> [Effect] { [] }

  public func check(_ checks: [Check], after step: Step?) async throws(WorkspaceError) -> [Evidence]
  {
    throw .lost("there is no fork")
  }

  public func keep(_ step: Step) async throws(WorkspaceError) -> [Path] {
    throw .lost("there is no fork")
  }

  public func settle(_ step: Step) async throws(WorkspaceError) {}
  public func drop(_ step: Step) async throws(WorkspaceError) {}

  public func commit(_ reviewed: EffectSummary) async throws(WorkspaceError) -> [Path] {
    throw .lost("there is no fork")
  }

  public func discard() async throws(WorkspaceError) {}
}
