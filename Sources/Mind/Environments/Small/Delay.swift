// A world that asks for a delay line: whether a memory can hold several things in order for a while.
import Basics

/// A symbol is shown at every step; the right action names the symbol of `lag` steps ago.
///
/// The observation is "symbol" [symbols], one-hot. A right policy scores 1 an episode, chance
/// 1/symbols.
public struct Delay: Environment {
  public let spec: EnvironmentSpec
  private let symbols: Int
  private let lag: Int
  private var random = Random(seed: 0)
  /// The last `lag + 1` symbols, at their step modulo `lag + 1`.
  private var recent: [Int]
  private var steps = 0

  /// Acting on what was seen `lag` steps ago.
  public init(lag: Int = 4, symbols: Int = 4, length: Int = 32) {
    precondition(
      lag >= 0 && symbols > 1 && length > lag, "a lag of \(lag) in \(length) of \(symbols) symbols")
    self.lag = lag
    self.symbols = symbols
    recent = [Int](repeating: 0, count: lag + 1)
    spec = EnvironmentSpec(
      name: "delay",
      modalities: [Modality("symbol", shape: [symbols], unit: "one-hot", kind: .symbolic)],
      actions: .discrete(symbols), dt: 1, stepsMax: length)
  }

  public mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>) {
    random = Random(seed: seed)
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
    if steps >= lag, choice(action[0], of: symbols) == recent[(steps - lag) % (lag + 1)] {
      transition.reward = 1 / Float(spec.stepsMax - lag)
    }
    steps += 1
    transition.truncated = steps == spec.stepsMax
    show(&observation)
    return transition
  }

  private mutating func show(_ observation: inout MutableSpan<Float>) {
    let symbol = random.index(below: symbols)
    recent[steps % (lag + 1)] = symbol
    observation.writeSymbol(symbol, of: symbols, at: 0)
  }
}
