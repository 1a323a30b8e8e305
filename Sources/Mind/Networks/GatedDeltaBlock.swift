// The gated delta memory as a layer: projections, short convolutions, gates, output norm.

public import Basics
public import Tensors

/// A layer that remembers in a matrix a head, whose content it forgets, overwrites and reads by keys
/// (Gated DeltaNet, arXiv 2412.06464).
public struct GatedDeltaBlock: Module {
  /// What the layer is made of.
  public struct Configuration: Sendable, Codable, Hashable {
    /// The width of input and output.
    public var width: Int
    /// How many memories there are side by side.
    public var heads: Int
    /// The width of keys and values of one head.
    public var headWidth: Int
    /// How many steps the short convolutions see.
    public var taps: Int
    /// Whether β may reach 2, so that the transition has eigenvalues in [−1, 1] and can count
    /// (arXiv 2411.12537), or only 1, for [0, 1].
    public var hasNegativeEigenvalues: Bool

    /// A layer of this make.
    public init(
      width: Int, heads: Int, headWidth: Int, taps: Int = 4, hasNegativeEigenvalues: Bool = true
    ) {
      self.width = width
      self.heads = heads
      self.headWidth = headWidth
      self.taps = taps
      self.hasNegativeEigenvalues = hasNegativeEigenvalues
    }
  }

  /// What a stream carries from step to step.
  public struct State: Sendable {
    /// The matrices, `[B, H, Dh, Dh]`.
    public var memory: Tensor
    /// The last inputs of the three convolutions, each `[B, taps − 1, H·Dh]`.
    public var query, key, value: Tensor

    /// The states of these batch entries, in this order.
    public func gathered(rows: [Int]) -> State {
      State(
        memory: memory.gathered(rows: rows), query: query.gathered(rows: rows),
        key: key.gathered(rows: rows), value: value.gathered(rows: rows))
    }
  }

  /// What the layer is made of.
  public let configuration: Configuration
  var query, key, value: Linear
  var queryFilter, keyFilter, valueFilter: ShortConvolution
  var decay, strength: Linear
  /// log A, `[heads]`: how fast a head forgets at most.
  var rate: Tensor
  var gate, output: Linear
  var norm: RMSNorm

  /// Heads begin with memories of about 2 to 500 steps, spread evenly in their logarithm.
  public init(_ configuration: Configuration, outputGain: Float = 1, random: inout Random) {
    self.configuration = configuration
    let inner = configuration.heads * configuration.headWidth
    let width = configuration.width
    query = Linear(width, inner, hasBias: false, random: &random)
    key = Linear(width, inner, hasBias: false, random: &random)
    value = Linear(width, inner, hasBias: false, random: &random)
    queryFilter = ShortConvolution(inner, taps: configuration.taps, bends: true, random: &random)
    keyFilter = ShortConvolution(inner, taps: configuration.taps, bends: true, random: &random)
    valueFilter = ShortConvolution(inner, taps: configuration.taps, bends: true, random: &random)
    decay = Linear(width, configuration.heads, random: &random)
    strength = Linear(width, configuration.heads, random: &random)
    // With softplus(0) = log 2, a head whose A is 1/τ forgets by a half in τ steps.
    let spread = Float(max(configuration.heads - 1, 1))
    rate = Tensor(
      (0..<configuration.heads).map { head in
        -naturalLogarithm(2) - Float(head) / spread * naturalLogarithm(250)
      }, shape: [configuration.heads])
    gate = Linear(width, inner, hasBias: false, random: &random)
    output = Linear(inner, width, hasBias: false, gain: outputGain, random: &random)
    norm = RMSNorm(configuration.headWidth)
  }

  /// x `[B, T, width]` after `state` (nil: nothing was seen). Returns y `[B, T, width]` and the
  /// state after the last step. A stream calls it with T = 1.
  public func callAsFunction(_ x: Tensor, state: State? = nil) -> (y: Tensor, state: State) {
    let (batch, time) = (x.shape[0], x.shape[1])
    let heads: Shape = [batch, time, configuration.heads, configuration.headWidth]
    let (q, queryHistory) = queryFilter(query(x), history: state?.query)
    let (k, keyHistory) = keyFilter(key(x), history: state?.key)
    let (v, valueHistory) = valueFilter(value(x), history: state?.value)
    let alpha = (-(decay(x).softplus() * rate.exp())).exp()
    let beta = strength(x).sigmoid() * (configuration.hasNegativeEigenvalues ? 2 : 1)
    let (read, memory) = gatedDelta(
      q: q.reshaped(heads), k: k.reshaped(heads), v: v.reshaped(heads), alpha: alpha, beta: beta,
      state: state?.memory, unitEpsilon: 1e-6)
    let gated = read.gatedNorm(norm.weight, gate: gate(x).reshaped(heads), epsilon: norm.epsilon)
      .reshaped(v.shape)
    return (
      output(gated),
      State(memory: memory, query: queryHistory, key: keyHistory, value: valueHistory)
    )
  }

  /// Shows all parts.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("query", &query)
    visitor.module("key", &key)
    visitor.module("value", &value)
    visitor.module("queryFilter", &queryFilter)
    visitor.module("keyFilter", &keyFilter)
    visitor.module("valueFilter", &valueFilter)
    visitor.module("decay", &decay)
    visitor.module("strength", &strength)
    visitor.parameter("rate", &rate)
    visitor.module("gate", &gate)
    visitor.module("norm", &norm)
    visitor.module("output", &output)
  }
}
