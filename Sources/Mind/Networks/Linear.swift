// The affine map and the table of rows.

public import Basics
public import Tensors

/// y = x·weight + bias over the last axis.
public struct Linear: Module {
  /// `[inputs, outputs]`.
  public var weight: Tensor
  /// `[outputs]`, or nil for a map without an offset.
  public var bias: Tensor?

  /// Weights from a normal distribution of variance gain²/inputs; bias zero.
  public init(
    _ inputs: Int, _ outputs: Int, hasBias: Bool = true, gain: Float = 1, random: inout Random
  ) {
    weight = .normal(
      [inputs, outputs], deviation: gain / Float(inputs).squareRoot(), random: &random)
    bias = hasBias ? Tensor(zeros: [outputs]) : nil
  }

  /// `[.., inputs]` to `[.., outputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if let bias { x.linear(weight, bias) } else { x.matmul(weight) }
  }

  /// Shows weight and bias.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.parameter("weight", &weight)
    if var present = bias {
      bias = nil
      visitor.parameter("bias", &present)
      bias = present
    }
  }
}

/// A table of vectors, looked up by index.
public struct Embedding: Module {
  /// `[count, width]`.
  public var weight: Tensor

  /// Rows from a normal distribution.
  public init(_ count: Int, _ width: Int, deviation: Float = 0.02, random: inout Random) {
    weight = .normal([count, width], deviation: deviation, random: &random)
  }

  /// The rows with these indices, `[indices.count, width]`.
  public func callAsFunction(_ indices: [Int]) -> Tensor { weight.gathered(rows: indices) }

  /// Shows the table.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.parameter("weight", &weight)
  }
}
