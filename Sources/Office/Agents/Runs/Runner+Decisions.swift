// What a runner decides at once, from what is known.
import Basics
import Events

extension Work {
  /// What follows without anything having to be done, or nil.
  func decide(by runner: Runner) throws -> Event.Body? {
    for command in machine.next where !busy.contains(command.subject) {
      if let body = try decide(command, by: runner) { return body }
    }
    return nil
  }

  private func decide(_ command: RunMachine.Command, by runner: Runner) throws -> Event.Body? {
    switch command {
    case .propose(let name):
      return machine[name].map {
        .proposed(step: name, attempt: $0.attempt, $0.step.action)
      }
    case .forecast(let name):
      guard runner.forecaster == .declared else { return nil }
      return machine[name].map { .forecast(step: name, runner.forecaster.declared($0.step)) }
    case .permit(let name):
      let underWay = machine.steps.filter { $0.reserved != nil }.count
      guard underWay < runner.width, let step = machine[name] else { return nil }
      return permit(step, waits: underWay > 0)
    case .execute(let name):
      return machine[name].map { .started(step: name, attempt: $0.attempt) }
    case .judge: return machine.goal?.acceptance.isEmpty == true ? .judged([]) : nil
    case .permitCommit(let summary, let unpermitted):
      switch runner.gate.decide(unpermitted: unpermitted) {
      case .allow: return .committing(summary)
      case .deny(let reason): return .denied(step: nil, reason: reason)
      case .ask(let reason):
        return .asked(
          Question(number: machine.questions + 1, reason: reason, preview: summary.digest))
      }
    case .finish(let ending): return .finished(ending)
    default: return nil
    }
  }

  /// Reserves what an attempt may cost. Where the budget does not suffice, it waits for what others give
  /// back, or pauses the run.
  private func permit(_ step: StepMachine, waits: Bool) -> Event.Body? {
    let remaining = machine.remaining
    guard remaining.calls >= 1, remaining.seconds > 0 else {
      if waits { return nil }
      let what = remaining.calls < 1 ? "uses of tools" : "seconds"
      return .paused(reason: "the budget of \(what) is exhausted")
    }
    let seconds = min(step.step.limits.seconds, remaining.seconds)
    return .permitted(step: step.step.name, reserved: Spending(seconds: seconds, calls: 1))
  }
}
