// What a search would gain, foretold from what the proposals came to.

public import Basics
public import Networks
public import Tensors

/// The cost that a search would save beyond the best proposal, as an upper quantile: with the
/// probability `confidence` it is less than what the network says.
public struct RegretNetwork: Module {
  /// How sure it is to be.
  public static let confidence: Float = 0.9
  /// Floats of a row.
  public static let count = Outlook.count + Consideration.count
  /// More than this is not told apart.
  static let regretMax: Float = 2

  var layers: MLP

  /// A network that has not learned yet.
  public init(random: inout Random) {
    layers = MLP([Self.count, 48, 24, 1], random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("layers", &layers)
  }

  /// The quantile. `[N, count]` to `[N]`
  public func callAsFunction(_ rows: Tensor) -> Tensor {
    layers(rows).reshaped([rows.shape[0]]).softplus() * 0.2
  }

  /// The pinball loss (Koenker and Bassett, 1978), which the quantile minimizes.
  ///
  /// - Parameter regret: what searches saved. `[N]`
  public func loss(_ rows: Tensor, regret: Tensor) -> Tensor {
    let miss = regret.clamped(to: 0...Self.regretMax) - self(rows)
    return (miss.abs() * 0.5 + miss * (Self.confidence - 0.5)).mean()
  }

  /// What a search would gain at most.
  func bound(_ outlook: Outlook, _ consideration: Consideration) -> Float {
    var row: [Float] = []
    outlook.append(to: &row)
    consideration.append(to: &row)
    return self(Tensor(row, shape: [1, Self.count])).item
  }
}
