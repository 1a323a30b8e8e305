// Attention over the last few dozen steps as a layer.

public import Basics
public import Tensors

/// Causal attention over a sliding window with penalties on distance (ALiBi, arXiv 2108.12409), so
/// that it depends on relative time alone.
public struct SlidingWindowBlock: Module {
  /// What the layer is made of.
  public struct Configuration: Sendable, Codable, Hashable {
    /// The width of input and output.
    public var width: Int
    /// How many heads attend side by side.
    public var heads: Int
    /// The width of keys and values of one head.
    public var headWidth: Int
    /// How many positions a step sees, its own among them.
    public var window: Int

    /// A layer of this make.
    public init(width: Int, heads: Int, headWidth: Int, window: Int) {
      self.width = width
      self.heads = heads
      self.headWidth = headWidth
      self.window = window
    }
  }

  /// What a stream carries from step to step: the last keys and values. There may be more than a window
  /// of them: they are cut off by the next step, so that a sequence without one copies nothing.
  public struct State: Sendable {
    /// `[B, P, H, Dh]`, oldest first.
    public var keys, values: Tensor

    /// No more than the last `most` of them.
    func last(_ most: Int) -> State {
      let there = keys.shape[1]
      guard there > most else { return self }
      return State(
        keys: keys.sliced(axis: 1, (there - most)..<there),
        values: values.sliced(axis: 1, (there - most)..<there))
    }

    /// The states of these batch entries, in this order.
    public func gathered(rows: [Int]) -> State {
      State(
        keys: keys.gathered(rows: rows), values: values.gathered(rows: rows))
    }
  }

  /// What the layer is made of.
  public let configuration: Configuration
  var query, key, value, output: Linear

  /// A layer of this make; `outputGain` scales the first weights of the last map.
  public init(_ configuration: Configuration, outputGain: Float = 1, random: inout Random) {
    precondition(configuration.window > 0, "a window of \(configuration.window) positions")
    self.configuration = configuration
    let inner = configuration.heads * configuration.headWidth
    query = Linear(configuration.width, inner, hasBias: false, random: &random)
    key = Linear(configuration.width, inner, hasBias: false, random: &random)
    value = Linear(configuration.width, inner, hasBias: false, random: &random)
    output = Linear(
      inner, configuration.width, hasBias: false, gain: outputGain, random: &random)
  }

  /// x `[B, T, width]` after `state` (nil: nothing was seen). Returns y `[B, T, width]` and the
  /// state after the last step. A stream calls it with T = 1.
  public func callAsFunction(_ x: Tensor, state: State? = nil) -> (y: Tensor, state: State) {
    let (batch, time) = (x.shape[0], x.shape[1])
    let heads: Shape = [batch, time, configuration.heads, configuration.headWidth]
    var after = State(keys: key(x).reshaped(heads), values: value(x).reshaped(heads))
    if let before = state?.last(configuration.window - 1) {
      after.keys = .concatenated([before.keys, after.keys], axis: 1)
      after.values = .concatenated([before.values, after.values], axis: 1)
    }
    let read = slidingWindowAttention(
      q: query(x).reshaped(heads), k: after.keys, v: after.values, window: configuration.window,
      slopes: slopes)
    return (
      output(read.reshaped([batch, time, configuration.heads * configuration.headWidth])), after
    )
  }

  /// The penalties a step of distance, falling by powers of two from head to head.
  private var slopes: [Float] {
    (0..<configuration.heads).map { head in
      exponential(-8 * Float(head + 1) / Float(configuration.heads) * naturalLogarithm(2))
    }
  }

  /// Shows all parts.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("query", &query)
    visitor.module("key", &key)
    visitor.module("value", &value)
    visitor.module("output", &output)
  }
}
