// Acts by chance, in any world.
public import Basics
public import Environments
public import Planning

/// Draws every action anew, each of a world's actions as likely as the others.
public struct ChancePolicy: Policy {
  private let actions: ActionSpace

  /// It does not think.
  public var thought: Thought? { nil }

  /// Somebody who does not look.
  public init(_ actions: ActionSpace) { self.actions = actions }

  /// Writes the next action.
  public mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>
  ) {
    switch actions {
    case .continuous(let ranges):
      for (i, range) in ranges.enumerated() { action[i] = random.uniform(in: range) }
    case .discrete(let count): action[0] = Float(random.index(below: count))
    }
  }
}
