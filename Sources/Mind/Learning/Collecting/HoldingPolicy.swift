// Acts by chance in worlds of real numbers, but with persistence.
public import Basics
import Environments
public import Planning

/// Draws an action and holds it for a while, then draws another; now and then it does nothing. Actions
/// drawn anew at every step would cancel out, and a mass would hardly get anywhere.
public struct HoldingPolicy: Policy {
  private let ranges: [ClosedRange<Float>]
  private var held: [Float] = []
  private var left = 0

  /// The most steps that an action is held.
  private static let longest = 10
  /// How often nothing is done: the middle of every range.
  private static let rest: Float = 0.2

  /// It does not think.
  public var thought: Thought? { nil }

  /// Somebody who does not look.
  public init(_ ranges: [ClosedRange<Float>]) { self.ranges = ranges }

  /// Writes the next action.
  public mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>
  ) {
    if left == 0 {
      left = 1 + random.index(below: Self.longest)
      let rests = random.chance(Self.rest)
      held = ranges.map { rests ? ($0.lowerBound + $0.upperBound) / 2 : random.uniform(in: $0) }
    }
    left -= 1
    for i in held.indices { action[i] = held[i] }
  }
}
