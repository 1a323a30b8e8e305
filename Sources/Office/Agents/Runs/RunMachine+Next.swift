// What a run wants to be done next.
import Events

extension RunMachine {
  /// What is to be done next: commands of different steps, or a single one for the run.
  public var next: [Command] {
    switch phase {
    case .unborn, .finished: [.rest]
    case .working: working
    case .leaving(_, let reason): leaving(reason)
    case .claimed: [.judge]
    case .judged: [.review]
    case .reviewed(let summary, let unpermitted):
      [question.map(Command.awaitAnswer) ?? .permitCommit(summary, unpermitted: unpermitted)]
    case .committing(let summary): [.commit(summary)]
    case .committed: [.finish(ending)]
    case .discarded(let ending): [.finish(ending)]
    }
  }

  private var working: [Command] {
    let done = Set(steps.filter { $0.state == .done }.map(\.step.name))
    if done.count == steps.count { return [pause == nil ? .proposeMore : .rest] }
    let commands = steps.compactMap { command(for: $0, done: done) }
    return commands.isEmpty ? [.rest] : commands
  }

  private func command(for machine: StepMachine, done: Set<String>) -> Command? {
    let name = machine.step.name
    switch machine.state {
    case .waiting:
      return pause == nil && done.isSuperset(of: machine.step.needs) ? .propose(step: name) : nil
    case .proposed: return .forecast(step: name)
    case .foreseen: return pause == nil ? .permit(step: name) : nil
    case .permitted: return .execute(step: name)
    case .running: return .recover(step: name)
    case .executed: return .verify(step: name)
    case .verified: return .keep(step: name)
    case .refuted(_, let reason): return .rollBack(step: name, reason: reason)
    case .done, .failed: return nil
    }
  }

  private func leaving(_ reason: String) -> [Command] {
    let left = steps.filter(\.isUnderWay).map {
      Command.rollBack(step: $0.step.name, reason: reason)
    }
    return left.isEmpty ? [.discard(reason: reason)] : left
  }
}
