// Layers that bring rows to one length.

public import Tensors

/// x / √(mean x² + epsilon) · weight over the last axis (Zhang and Sennrich, 2019).
public struct RMSNorm: Module {
  /// `[width]`, ones at first.
  public var weight: Tensor
  /// What keeps the division finite.
  public let epsilon: Float

  /// A norm of rows of this width.
  public init(_ width: Int, epsilon: Float = 1e-5) {
    weight = Tensor(repeating: 1, shape: [width])
    self.epsilon = epsilon
  }

  /// `[.., width]` to the same shape.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.rmsNorm(weight, epsilon: epsilon) }

  /// Shows the weight.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.parameter("weight", &weight)
  }
}

/// (x − mean) / √(variance + epsilon) · weight + bias over the last axis (Ba et al., 2016).
public struct LayerNorm: Module {
  /// `[width]`, ones at first.
  public var weight: Tensor
  /// `[width]`, zeros at first.
  public var bias: Tensor
  /// What keeps the division finite.
  public let epsilon: Float

  /// A norm of rows of this width.
  public init(_ width: Int, epsilon: Float = 1e-5) {
    weight = Tensor(repeating: 1, shape: [width])
    bias = Tensor(zeros: [width])
    self.epsilon = epsilon
  }

  /// `[.., width]` to the same shape.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.layerNorm(weight, bias, epsilon: epsilon) }

  /// Shows weight and bias.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.parameter("weight", &weight)
    visitor.parameter("bias", &bias)
  }
}
