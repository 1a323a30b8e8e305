// A world that asks for the tracking of a state: whether a memory can follow a ball under cups.
import Basics

/// A ball lies under the first of some cups. At every step two of the cups are exchanged, and the
/// answer is the cup that hides the ball then.
///
/// The observation is "swap" [cups · (cups − 1) / 2], one-hot over the pairs (0, 1), (0, 2), (1, 2), (0, 3)
/// and so on. Every swap is undone by itself and loses nothing, so no number of the last swaps says where
/// the ball is: a linear memory needs transitions with the eigenvalue −1 to follow it at all lengths
/// (arXiv 2411.12537, 2502.10297). A right policy scores 1 an episode, chance 1/cups.
public struct Swaps: Environment {
  public let spec: EnvironmentSpec
  private let cups: Int
  private let pairs: [(Int, Int)]
  private var random = Random(seed: 0)
  private var place = 0
  private var steps = 0

  /// Following the ball under `cups` cups through `length` swaps.
  public init(cups: Int = 3, length: Int = 32) {
    precondition(cups > 1 && length > 0, "\(length) swaps of \(cups) cups")
    self.cups = cups
    pairs = (1..<cups).flatMap { high in (0..<high).map { ($0, high) } }
    spec = EnvironmentSpec(
      name: "swaps",
      modalities: [Modality("swap", shape: [pairs.count], unit: "one-hot", kind: .symbolic)],
      actions: .discrete(cups), dt: 1, stepsMax: length)
  }

  public mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>) {
    random = Random(seed: seed)
    place = 0
    steps = 0
    swap(&observation)
  }

  public mutating func step(
    _ action: Span<Float>, observation: inout MutableSpan<Float>
  ) -> Transition {
    guard steps < spec.stepsMax else {
      observation.writeSymbol(nil, of: pairs.count, at: 0)
      return Transition(truncated: true)
    }
    var transition = Transition()
    if choice(action[0], of: cups) == place { transition.reward = 1 / Float(spec.stepsMax) }
    steps += 1
    transition.truncated = steps == spec.stepsMax
    swap(&observation)
    return transition
  }

  /// Exchanges two cups and shows which; none after the end.
  private mutating func swap(_ observation: inout MutableSpan<Float>) {
    let pair = steps < spec.stepsMax ? random.index(below: pairs.count) : nil
    observation.writeSymbol(pair, of: pairs.count, at: 0)
    guard let pair else { return }
    let (a, b) = pairs[pair]
    if place == a { place = b } else if place == b { place = a }
  }
}
