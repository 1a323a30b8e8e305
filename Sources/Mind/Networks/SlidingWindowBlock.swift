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

  /// What a stream carries from step to step: the last `window − 1` keys and values.
  public struct State: Sendable {
    /// `[B, window − 1, H, Dh]`, oldest first.
    public var keys, values: Tensor
    /// How many of the oldest hold nothing yet, for each batch entry.
    public var missing: [Int]

    /// The states of these batch entries, in this order.
    public func gathered(rows: [Int]) -> State {
      State(
        keys: keys.gathered(rows: rows), values: values.gathered(rows: rows),
        missing: rows.map { missing[$0] })
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
    let past = configuration.window - 1
    let before =
      state
      ?? State(
        keys: Tensor(zeros: heads.replacing(axis: 1, with: past)),
        values: Tensor(zeros: heads.replacing(axis: 1, with: past)),
        missing: [Int](repeating: past, count: batch))
    let keys = Tensor.concatenated([before.keys, key(x).reshaped(heads)], axis: 1)
    let values = Tensor.concatenated([before.values, value(x).reshaped(heads)], axis: 1)
    let read = slidingWindowAttention(
      q: query(x).reshaped(heads), k: keys, v: values, window: configuration.window,
      slopes: slopes, missing: before.missing)
    let last = time..<(past + time)
    return (
      output(read.reshaped([batch, time, configuration.heads * configuration.headWidth])),
      State(
        keys: keys.sliced(axis: 1, last), values: values.sliced(axis: 1, last),
        missing: before.missing.map { max(0, $0 - time) })
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
