// The floor that everything is measured from.

public import Basics

/// Draws a command within the limits every half second.
public struct RandomPolicy: Policy {
  private var steps = 0
  private var v: Float = 0
  private var w: Float = 0

  /// A driver who does not look.
  public init() {}

  public var thought: Thought? { nil }

  public mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>
  ) {
    if steps % 10 == 0 {
      v = random.uniform(in: -0.5...1.5)
      w = random.uniform(in: -2...2)
    }
    steps += 1
    action[0] = v
    action[1] = w
  }
}
