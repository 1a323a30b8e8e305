// Networks without memory: the multilayer perceptron and SwiGLU.

public import Basics
public import Tensors

/// The bend between two layers.
public enum Activation: String, Sendable, Codable, CaseIterable {
  case relu, silu, tanh

  /// The function, element by element.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .relu: x.relu()
    case .silu: x.silu()
    case .tanh: x.tanh()
    }
  }
}

/// Linear layers with a bend between each two, optionally with a norm before each bend.
public struct MLP: Module {
  /// The linear layers, first to last.
  public var layers: [Linear]
  /// A norm after each layer but the last, or none at all.
  public var norms: [RMSNorm]
  /// The bend after each layer but the last.
  public let activation: Activation

  /// `widths` are those of the input, of each hidden layer and of the output; `outputGain` scales
  /// the first weights of the last layer.
  public init(
    _ widths: [Int], activation: Activation = .silu, isNormed: Bool = false,
    outputGain: Float = 1, random: inout Random
  ) {
    precondition(widths.count >= 2, "an MLP needs two widths or more, not \(widths)")
    self.activation = activation
    layers = []
    norms = []
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      let isLast = index == widths.count - 2
      layers.append(Linear(inputs, outputs, gain: isLast ? outputGain : 1, random: &random))
      if isNormed && !isLast { norms.append(RMSNorm(outputs)) }
    }
  }

  /// `[.., first width]` to `[.., last width]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var y = x
    for (index, layer) in layers.enumerated() {
      y = layer(y)
      if index == layers.count - 1 { break }
      if !norms.isEmpty { y = norms[index](y) }
      y = activation(y)
    }
    return y
  }

  /// Shows the layers, then the norms.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.modules("layers", &layers)
    visitor.modules("norms", &norms)
  }
}

/// down(silu(gate x) · up x), without offsets (Shazeer, 2020, arXiv 2002.05202).
public struct SwiGLU: Module {
  /// Gate and up side by side, `[width, 2·hidden]`.
  public var up: Linear
  /// `[hidden, width]`.
  public var down: Linear

  /// `outputGain` scales the first weights of the last map.
  public init(_ width: Int, hidden: Int, outputGain: Float = 1, random: inout Random) {
    up = Linear(width, 2 * hidden, hasBias: false, random: &random)
    down = Linear(hidden, width, hasBias: false, gain: outputGain, random: &random)
  }

  /// `[.., width]` to the same shape.
  public func callAsFunction(_ x: Tensor) -> Tensor { down(up(x).siluGated()) }

  /// Shows both maps.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("up", &up)
    visitor.module("down", &down)
  }
}
