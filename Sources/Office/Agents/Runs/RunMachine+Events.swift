// How events change what a run is up to.
import Events

extension RunMachine {
  /// Takes an event; false where it can not follow what came before.
  mutating func follow(_ body: Event.Body) -> Bool {
    if case .began(let goal) = body, phase == .unborn {
      self.goal = goal
      steps = goal.steps.map(StepMachine.init)
      phase = .working
      return true
    }
    if phase == .unborn { return false }
    if let step = body.step { return followStep(step, body) }
    return followRun(body)
  }

  private mutating func followStep(_ name: String, _ body: Event.Body) -> Bool {
    guard let i = steps.firstIndex(where: { $0.step.name == name }) else { return false }
    switch phase {
    case .working: break
    // What was under way when the run was given up still ends.
    case .leaving where steps[i].isUnderWay: break
    default: return false
    }
    let reserved = steps[i].reserved
    guard steps[i].follow(body) else { return false }
    switch body {
    case .permitted(_, let reserved):
      spent.seconds += reserved.seconds
      spent.calls += reserved.calls
    case .executed(_, let outcome): settle(i, reserved, seconds: outcome.seconds)
    case .kept: kept.append(name)
    case .rolledBack: settle(i, reserved, seconds: 0)
    default: break
    }
    if case .failed(let ending, let reason) = steps[i].state, phase == .working {
      phase = .leaving(ending, reason: "\(name): \(reason)")
    }
    return true
  }

  /// Takes back what was reserved beyond what was used.
  private mutating func settle(_ i: Int, _ reserved: Spending?, seconds: Double) {
    guard let reserved else { return }
    spent.seconds += seconds - reserved.seconds
    steps[i].reserved = nil
  }

  private mutating func followRun(_ body: Event.Body) -> Bool {
    switch (phase, body) {
    case (.working, .added(let step)) where self[step.name] == nil:
      steps.append(StepMachine(step))
    case (.working, .claimed) where steps.allSatisfy({ $0.state == .done }):
      phase = .claimed
    case (.claimed, .judged(let evidence)):
      self.evidence = evidence
      let failing = evidence.filter { !$0.holds }
      phase =
        failing.isEmpty
        ? .judged : .leaving(.refuted, reason: failing.map(\.seen).joined(separator: "; "))
    case (.judged, .reviewed(let summary, _, let count)):
      phase = .reviewed(summary, unpermitted: count)
      if goal?.isRehearsal == true {
        phase = .leaving(.rehearsed, reason: "it was a rehearsal")
      }
    case (.reviewed, .asked(let question)) where self.question == nil:
      self.question = question
      questions += 1
    case (.reviewed(let summary, _), .answered(let answer)):
      guard let question, answer.question == question.number, answer.preview == question.preview
      else { return false }
      self.question = nil
      phase =
        answer.allows
        ? .reviewed(summary, unpermitted: 0) : .leaving(.denied, reason: "\(answer.by) said no")
    case (.reviewed, .denied(_, let reason)):
      question = nil
      phase = .leaving(.denied, reason: reason)
    case (.reviewed(let summary, 0), .committing(let same)) where same == summary:
      phase = .committing(summary)
    case (.committing(let summary), .committed(let same)) where same == summary:
      phase = .committed(summary)
    case (.committing, .denied(_, let reason)):
      phase = .leaving(.failed, reason: reason)
    case (.committing, .conflicted(let paths)):
      let named = paths.prefix(3).map(\.description).joined(separator: ", ")
      phase = .leaving(.conflicted, reason: "changed meanwhile: \(named)")
    case (.leaving(let ending, _), .discarded) where !steps.contains(where: \.isUnderWay):
      phase = .discarded(ending)
    case (.committed, .finished(let ending)) where ending == self.ending: phase = .finished(ending)
    case (.discarded(let ending), .finished(let same)) where same == ending:
      phase = .finished(ending)
    case (.working, .finished(.needsReconciliation)), (.leaving, .finished(.needsReconciliation)):
      phase = .finished(.needsReconciliation)
    case (.finished(.verified), .reverted), (.finished(.unverified), .reverted):
      guard !isReverted else { return false }
      isReverted = true
    case (.committing, .cancelled), (.committed, .cancelled), (.discarded, .cancelled),
      (.leaving, .cancelled), (.finished, .cancelled):
      return false
    case (_, .cancelled(let who)):
      question = nil
      pause = nil
      phase = .leaving(.cancelled, reason: "\(who) stopped it")
    case (.working, .paused(let reason)): pause = reason
    case (.working, .resumed(let adding)):
      pause = nil
      granted.seconds += adding.seconds
      granted.calls += adding.calls
    default: return false
    }
    return true
  }

  /// How a run that is committed ends: verified only where there was something to be verified by.
  var ending: Event.Ending {
    let wasChecked = !evidence.isEmpty || steps.contains { !$0.step.acceptance.isEmpty }
    return wasChecked ? .verified : .unverified
  }
}

extension Event.Body {
  /// The step that this happened to; nil for what happens to the run.
  var step: String? {
    switch self {
    case .proposed(let step, _, _), .forecast(let step, _), .permitted(let step, _),
      .started(let step, _), .executed(let step, _), .surprised(let step, _),
      .verified(let step, _),
      .refuted(let step, _, _), .kept(let step), .rolledBack(let step, _):
      step
    case .denied(let step, _): step
    default: nil
    }
  }
}
