// A world that asks for associative recall: whether a memory can bind values to keys and find them again.
import Basics

/// Pairs of a key and a value are shown, one a step; then the keys again, in another order, and the
/// answer is the value of each.
///
/// The observation is "key" [keys] and "value" [values], one-hot (no value while asking), and
/// "asked" [1]. A right policy scores 1 an episode, chance 1/values.
public struct Recall: Environment {
  public let spec: EnvironmentSpec
  private let keys: Int
  private let values: Int
  private let pairs: Int
  private var shown: [(key: Int, value: Int)] = []
  private var asked: [Int] = []
  private var steps = 0

  /// Recalling `pairs` pairs among so many keys and values.
  public init(keys: Int = 8, values: Int = 4, pairs: Int = 4) {
    precondition(
      values > 1 && pairs > 0 && pairs <= keys, "\(pairs) pairs of \(keys) keys, \(values) values")
    self.keys = keys
    self.values = values
    self.pairs = pairs
    spec = EnvironmentSpec(
      name: "recall",
      modalities: [
        Modality("key", shape: [keys], unit: "one-hot", kind: .symbolic),
        Modality("value", shape: [values], unit: "one-hot", kind: .symbolic),
        Modality("asked", shape: [1], unit: "0 or 1", kind: .symbolic),
      ],
      actions: .discrete(values), dt: 1, stepsMax: 2 * pairs)
  }

  public mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>) {
    var random = Random(seed: seed)
    let values = self.values
    shown = random.order(of: keys).prefix(pairs).map { key in
      (key, random.index(below: values))
    }
    asked = random.order(of: pairs)
    steps = 0
    show(&observation)
  }

  public mutating func step(
    _ action: Span<Float>, observation: inout MutableSpan<Float>
  ) -> Transition {
    guard steps < spec.stepsMax, !shown.isEmpty else {
      show(&observation)
      return Transition(truncated: true)
    }
    var transition = Transition()
    if steps >= pairs, choice(action[0], of: values) == shown[asked[steps - pairs]].value {
      transition.reward = 1 / Float(pairs)
    }
    steps += 1
    transition.truncated = steps == spec.stepsMax
    show(&observation)
    return transition
  }

  private func show(_ observation: inout MutableSpan<Float>) {
    let goesOn = steps < spec.stepsMax && !shown.isEmpty
    let asks = goesOn && steps >= pairs
    let pair = goesOn ? shown[asks ? asked[steps - pairs] : steps] : nil
    observation.writeSymbol(pair?.key, of: keys, at: 0)
    observation.writeSymbol(asks ? nil : pair?.value, of: values, at: keys)
    observation[keys + values] = asks ? 1 : 0
  }
}
