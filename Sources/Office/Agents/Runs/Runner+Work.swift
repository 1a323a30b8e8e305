// What a runner does that takes time.
import Basics
import Events

extension Runner {
  /// Paths without permission that an event names; all of them are in the effect set.
  static let namedMax = 20

  /// Performs a command, and returns what happened.
  func perform(_ command: RunMachine.Command, _ machine: RunMachine) async throws -> Done {
    Done(subject: command.subject, bodies: try await bodies(of: command, machine))
  }

  private func bodies(
    of command: RunMachine.Command, _ machine: RunMachine
  ) async throws -> [Event.Body] {
    let step = machine[command.subject]
    switch (command, step) {
    case (.forecast, let step?):
      return try await forecast(step)
    case (.execute, let step?): return try await execute(step)
    case (.recover, let step?):
      try await workspace.drop(step.step)
      return [.rolledBack(step: step.step.name, reason: "it was interrupted")]
    case (.verify, let step?):
      do {
        return [try await verify(step)]
      } catch let error as WorkspaceError {
        // It died between keeping it and writing so.
        guard case .lost(let reason) = error else { throw error }
        return [.rolledBack(step: step.step.name, reason: reason)]
      }
    case (.rollBack(_, let reason), let step?):
      try await workspace.drop(step.step)
      return [.rolledBack(step: step.step.name, reason: reason)]
    default: return try await bodies(ofRun: command, machine)
    }
  }

  private func bodies(
    ofRun command: RunMachine.Command, _ machine: RunMachine
  ) async throws -> [Event.Body] {
    guard let goal = machine.goal else { return [] }
    switch command {
    case .proposeMore:
      return [
        try await proposer.propose(for: goal, after: machine).map(Event.Body.added) ?? .claimed
      ]
    case .judge: return [.judged(try await workspace.check(goal.acceptance, after: nil))]
    case .review:
      let effects = try await workspace.effects(of: nil)
      let unpermitted = effects.filter { !goal.permissions.allow($0) }
      return [
        .reviewed(
          EffectSummary(of: effects), unpermitted: unpermitted.prefix(Self.namedMax).map(\.path),
          count: unpermitted.count)
      ]
    case .commit(let summary):
      do {
        let conflicts = try await workspace.commit(summary)
        return [conflicts.isEmpty ? .committed(summary) : .conflicted(conflicts)]
      } catch {
        guard case .refused(let reason) = error else { throw error }
        return [.denied(step: nil, reason: reason)]
      }
    case .discard(let reason):
      try await workspace.discard()
      return [.discarded(reason: reason)]
    default: return []
    }
  }

  /// A rehearsal that can not be made says nothing; the act itself will say why.
  private func forecast(_ step: StepMachine) async throws -> [Event.Body] {
    guard case .proposed(let action) = step.state else { return [] }
    let forecast = try await forecaster.rehearse(action, of: step.step, in: workspace)
    return [.forecast(step: step.step.name, forecast)]
  }

  /// Does it. Where nothing but the outcome itself is to be checked, that is done at once.
  private func execute(_ step: StepMachine) async throws -> [Event.Body] {
    guard case .running(let action) = step.state else { return [] }
    var limits = step.step.limits
    limits.seconds = min(limits.seconds, step.reserved?.seconds ?? limits.seconds)
    let name = step.step.name
    let outcome: Outcome
    do {
      outcome = try await workspace.perform(action, for: step.step, within: limits)
    } catch {
      guard case .refused(let reason) = error else { throw error }
      return [.refuted(step: name, [], reason: reason)]
    }
    guard step.step.acceptance.isEmpty else { return [.executed(step: name, outcome)] }
    var after = step
    after.outcome = outcome
    return [.executed(step: name, outcome), try await verify(after)]
  }

  /// Compares what came of a step with what was expected of it, and looks at the world.
  private func verify(_ step: StepMachine) async throws -> Event.Body {
    let name = step.step.name
    guard let outcome = step.outcome else { return .refuted(step: name, [], reason: "no outcome") }
    let status = step.step.expectation?.status ?? 0
    guard outcome.ending == .exited(status) else {
      return .refuted(step: name, [], reason: outcome.ending.description)
    }
    if step.forecast?.touches != nil || step.forecast?.seconds != nil
      || step.step.permissions != nil
    {
      let effects = try await workspace.effects(of: step.step)
      if let what = step.forecast?.surprise(outcome, effects) {
        return .surprised(step: name, what: what)
      }
      if let permissions = step.step.permissions,
        let effect = effects.first(where: { !permissions.allow($0) })
      {
        return .refuted(step: name, [], reason: "it has no permission to change \(effect.path)")
      }
    }
    let evidence = try await workspace.check(step.step.acceptance, after: step.step)
    let failing = evidence.filter { !$0.holds }
    guard failing.isEmpty else {
      return .refuted(
        step: name, evidence, reason: failing.map(\.seen).joined(separator: "; "))
    }
    return .verified(step: name, evidence)
  }

  /// Keeps what a step did, unless others have touched the same since it began.
  func keep(_ step: Step) async throws -> Event.Body {
    let conflicts: [Path]
    do {
      conflicts = try await workspace.keep(step)
    } catch {
      guard case .lost(let reason) = error else { throw error }
      return .rolledBack(step: step.name, reason: reason)
    }
    guard !conflicts.isEmpty else { return .kept(step: step.name) }
    try await workspace.drop(step)
    let named = conflicts.prefix(3).map(\.description).joined(separator: ", ")
    return .rolledBack(
      step: step.name, reason: "another step has changed \(named) since it began")
  }
}
