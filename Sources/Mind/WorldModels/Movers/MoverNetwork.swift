// Where somebody who is seen will walk: a mixture of a few futures for each mover.

public import Basics
public import Networks
public import Tensors

/// Forecasts of movers as mixtures of paths (Bishop, 1994), relative to going straight on.
///
/// `N` movers, `M` modes, `J` knots in time. A mode is a weight, and at each knot a place in the
/// mover's own frame (x along its velocity) and a standard deviation that holds for both axes.
public struct MoverNetwork: Module {
  /// Futures of a mover.
  public static let modes = 3
  /// Seconds ahead at which a mode says where the mover is.
  public static let knots: [Float] = [0.5, 1.0, 1.5, 2.0, 2.5]

  /// A mixture of paths. `[N, M]`, and `[N, M, J]` for the rest
  public struct Mixture: Sendable {
    /// Logarithms of the modes' weights.
    public var logWeights: Tensor
    /// Offset along the velocity from where going straight on leads, m.
    public var along: Tensor
    /// Offset to the left of it, m.
    public var aside: Tensor
    /// Logarithm of the standard deviation, m.
    public var logSpread: Tensor
  }

  var layers: MLP
  /// A prior of the modes: straight on, to the left, to the right; without it they fall together.
  static let prior: [Float] = [0, 0.6, -0.6]

  /// A network for rows of `input` floats.
  public init(input: Int, random: inout Random) {
    let outputs = Self.modes * (1 + 3 * Self.knots.count)
    layers = MLP([input, 128, 96, outputs], random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("layers", &layers)
  }

  /// The futures of each row. `[N, input]`
  public func callAsFunction(_ rows: Tensor) -> Mixture {
    let n = rows.shape[0]
    let m = Self.modes
    let j = Self.knots.count
    let said = layers(rows)
    func part(_ i: Int) -> Tensor {
      said.sliced(axis: 1, m + i * m * j..<m + (i + 1) * m * j).reshaped([n, m, j])
    }
    var bias = [Float](repeating: 0, count: m * j)
    for mode in 0..<m {
      for knot in 0..<j { bias[mode * j + knot] = Self.prior[mode] * Self.knots[knot] }
    }
    let knotScale = Tensor(Self.knots, shape: [j])
    return Mixture(
      logWeights: said.sliced(axis: 1, 0..<m).logSoftmax(), along: part(0) * knotScale,
      aside: part(1) * knotScale + Tensor(bias, shape: [m, j]),
      logSpread: (part(2) * 0.5).clamped(to: -3...2) + knotScale.log() * 0.7 - 1.5)
  }

  /// The mean negative log likelihood of what came, over the knots at which it was seen.
  ///
  /// - Parameter seen: 1 where the mover was seen at a knot, 0 where it was not. `[N, J]` each
  public func loss(_ rows: Tensor, along: Tensor, aside: Tensor, seen: Tensor) -> Tensor {
    let mixture = self(rows)
    let n = rows.shape[0]
    let j = Self.knots.count
    func spread(_ t: Tensor) -> Tensor {
      t.reshaped([n, 1, j]).repeated(axis: 1, count: Self.modes)
    }
    let dx = mixture.along - spread(along)
    let dy = mixture.aside - spread(aside)
    let precision = (mixture.logSpread * -2).exp()
    let surprise =
      ((dx.square() + dy.square()) * precision * 0.5 + mixture.logSpread * 2) * spread(seen)
    let perMode = mixture.logWeights - surprise.sum(axis: 2)
    return -(perMode.logSumExp().sum()) * (1 / max(1, seen.sum().item))
  }
}
