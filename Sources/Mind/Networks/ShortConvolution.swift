// A causal convolution over the last few steps, one filter a channel.

public import Basics
public import Tensors

/// A depthwise causal convolution over time. As a stream it needs its last inputs, the `history`.
public struct ShortConvolution: Module {
  /// `[taps, width]`; the last tap is that of the present.
  public var weight: Tensor
  /// Whether silu follows.
  public let bends: Bool

  /// Begins near the identity: the present passes, the past is a small random part.
  public init(_ width: Int, taps: Int = 4, bends: Bool = false, random: inout Random) {
    precondition(taps >= 1, "a convolution of \(taps) taps")
    self.bends = bends
    let past = Tensor.normal([taps - 1, width], deviation: 0.1, random: &random)
    weight = .concatenated([past, Tensor(repeating: 1, shape: [1, width])], axis: 0)
  }

  /// x `[B, T, width]` with the `[B, taps − 1, width]` before it, or nil for none. Returns the
  /// result and the history after it.
  public func callAsFunction(
    _ x: Tensor, history: Tensor? = nil
  ) -> (y: Tensor, history: Tensor) {
    let past = weight.shape[0] - 1
    let y = x.causalConvolution(weight, history: history, bends: bends)
    let time = x.shape[1]
    if time >= past { return (y, x.sliced(axis: 1, (time - past)..<time)) }
    let before = history ?? Tensor(zeros: [x.shape[0], past, x.shape[2]])
    return (y, .concatenated([before.sliced(axis: 1, time..<past), x], axis: 1))
  }

  /// Shows the filters.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.parameter("weight", &weight)
  }
}
