// What will come of an action, said before it is done.
import Events

/// Where forecasts come from.
public enum Forecaster: Sendable, Hashable {
  /// The contract of the step is believed.
  case declared
  /// The action is tried in a layer that is thrown away. It costs the time of the action again.
  case rehearsed

  /// What the contract of a step says; without one, nobody knows.
  func declared(_ step: Step) -> Forecast {
    guard let expectation = step.expectation else { return Forecast(source: .prior, success: 0.5) }
    return Forecast(
      source: .declared, success: 0.9, touches: expectation.touches, seconds: expectation.seconds)
  }

  /// What came of a rehearsal: the paths that it touched, and twice its time and a second more.
  func rehearse(
    _ action: Action, of step: Step, in workspace: any Workspace
  ) async throws(WorkspaceError) -> Forecast {
    var rehearsal = step
    rehearsal.name += "~"
    let outcome = try await workspace.perform(action, for: rehearsal, within: step.limits)
    let effects = try await workspace.effects(of: rehearsal)
    try await workspace.drop(rehearsal)
    let isAsExpected = outcome.ending == .exited(step.expectation?.status ?? 0)
    let touched = Set(effects.flatMap { [$0.writes, $0.removes].compactMap(\.self) })
    return Forecast(
      source: .rehearsed, success: isAsExpected ? 0.95 : 0.05,
      touches: touched.sorted().map(Glob.init(exactly:)), seconds: 2 * outcome.seconds + 1)
  }
}

extension Forecast {
  /// How an outcome differs from what was expected beyond what can be forgiven; nil where it does not.
  func surprise(_ outcome: Outcome, _ effects: [Effect]) -> String? {
    if let seconds, outcome.seconds > seconds {
      return "it took \(outcome.seconds.rounded()) s where \(seconds) s were expected"
    }
    guard let touches else { return nil }
    let paths = effects.flatMap { [$0.writes, $0.removes].compactMap(\.self) }
    return paths.first { path in !touches.contains { $0.matches(path) } }.map {
      "it touched \($0), which was not expected"
    }
  }
}
