// A person at the terminal who says what to do next.
import Agents
import Events

/// A person at the terminal, who proposes one command after another.
struct Person: Proposer {
  /// Bounds of each command.
  let limits: Limits

  /// Asks for a command; an empty line, or the end of the input, claims that all is done.
  func propose(for goal: Goal, after history: RunMachine) async throws -> Step? {
    if let last = history.steps.last, let outcome = last.outcome {
      Narrator.say("  \(outcome.effects.words)")
    }
    guard let line = Prompt.line("command (empty when done): "), !line.isEmpty else { return nil }
    return Step(name: "command-\(history.steps.count + 1)", action: .run(line), limits: limits)
  }
}
