// A world that asks for counting: whether a memory can keep a number, beyond the lengths it was trained on.
import Basics

/// Zeros and ones are shown, one a step; the answer is how many ones there were, modulo n.
///
/// The observation is "symbol" [2], one-hot, and "asked" [1]. A right policy scores 1 an episode,
/// chance 1/n.
public struct Counting: Environment {
  /// When the count is asked for.
  public enum Question: Sendable, Hashable {
    /// At every step, for what has been shown so far.
    case everyStep
    /// Once, at the last step.
    case atTheEnd
  }

  public let spec: EnvironmentSpec
  private let modulus: Int
  private let question: Question
  private var random = Random(seed: 0)
  private var count = 0
  private var steps = 0

  /// Counting ones among `length` symbols, modulo `modulus`.
  public init(modulus: Int = 3, length: Int = 32, question: Question = .everyStep) {
    precondition(modulus > 1 && length > 0, "counting \(length) symbols modulo \(modulus)")
    self.modulus = modulus
    self.question = question
    spec = EnvironmentSpec(
      name: "counting",
      modalities: [
        Modality("symbol", shape: [2], unit: "one-hot", kind: .symbolic),
        Modality("asked", shape: [1], unit: "0 or 1", kind: .symbolic),
      ],
      actions: .discrete(modulus), dt: 1, stepsMax: length)
  }

  public mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>) {
    random = Random(seed: seed)
    count = 0
    steps = 0
    show(&observation)
  }

  public mutating func step(
    _ action: Span<Float>, observation: inout MutableSpan<Float>
  ) -> Transition {
    guard steps < spec.stepsMax else {
      show(&observation)
      return Transition(truncated: true)
    }
    var transition = Transition()
    if isAsked, choice(action[0], of: modulus) == count % modulus {
      transition.reward = question == .everyStep ? 1 / Float(spec.stepsMax) : 1
    }
    steps += 1
    transition.truncated = steps == spec.stepsMax
    show(&observation)
    return transition
  }

  private var isAsked: Bool { question == .everyStep || steps == spec.stepsMax - 1 }

  /// Shows the next symbol; none after the end.
  private mutating func show(_ observation: inout MutableSpan<Float>) {
    let goesOn = steps < spec.stepsMax
    let symbol = goesOn ? random.index(below: 2) : nil
    count += symbol ?? 0
    observation.writeSymbol(symbol, of: 2, at: 0)
    observation[2] = goesOn && isAsked ? 1 : 0
  }
}
