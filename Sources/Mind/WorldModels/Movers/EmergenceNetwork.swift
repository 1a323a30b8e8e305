// How likely it is that somebody steps out from behind a corner, learned from those who did.

public import Basics
public import Environments
public import Networks
public import Tensors

/// The chance that somebody nobody has seen comes past a blind corner within `horizon` seconds, and
/// how such people come.
///
/// `N` rows, one a corner that hides something at a moment.
public struct EmergenceNetwork: Module {
  /// Floats of a row.
  public static let inputs = 10
  /// Seconds within which somebody comes.
  public static let horizon: Float = 2

  var layers: MLP
  /// Distance from the rack's face at which they come, m: mean and standard deviation.
  /// Then their speed along the emergence, m/s: mean and standard deviation.
  var manner: Tensor

  /// A network that has not learned yet.
  public init(random: inout Random) {
    layers = MLP([Self.inputs, 32, 32, 1], random: &random)
    manner = Tensor([1, 0.5, 1.2, 0.4], shape: [4])
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("layers", &layers)
    visitor.parameter("manner", &manner)
  }

  /// The log odds that somebody comes. `[N, inputs]` to `[N]`
  public func logits(_ rows: Tensor) -> Tensor { layers(rows).reshaped([rows.shape[0]]) }

  /// How they come: the distance from the rack's face, m, and the speed, m/s, with deviations.
  public var emergence: (aside: Float, asideSpread: Float, speed: Float, speedSpread: Float) {
    let m = manner.scalars
    return (m[0], max(m[1], 0.1), m[2], max(m[3], 0.1))
  }

  /// Cross entropy of who came, and the likelihood of how.
  ///
  /// - Parameters:
  ///   - came: 1 where somebody came, 0 where not. `[N]`
  ///   - aside: where those who came walked, m; anything where nobody came. `[N]`
  ///   - speed: how fast they walked, m/s. `[N]`
  public func loss(_ rows: Tensor, came: Tensor, aside: Tensor, speed: Tensor) -> Tensor {
    let logits = logits(rows)
    let chance = (logits.softplus() - logits * came).mean()
    func deviation(_ values: Tensor, _ i: Int) -> Tensor {
      let mean = manner.sliced(axis: 0, i..<i + 1)
      let spread = manner.sliced(axis: 0, i + 1..<i + 2).clamped(to: 0.1...3)
      return (values - mean).abs() / spread + spread.log()
    }
    let count = max(1, came.sum().item)
    let surprise = ((deviation(aside, 0) + deviation(speed, 2)) * came).sum() * (1 / count)
    return chance + surprise * 0.02
  }

  /// Appends the row of a corner.
  ///
  /// - Parameters:
  ///   - unseen: seconds since the floor behind the corner was last in view.
  ///   - crowd: movers believed to be behind racks within 6 m of the corner.
  public static func append(
    _ corner: BlindCorner, of site: Site, robot: SIMD2<Float>, velocity: SIMD2<Float>,
    unseen: Float, crowd: Int, to rows: inout [Float]
  ) {
    let place = corner.local(robot - SIMD2(corner.x, corner.y))
    let speed = corner.local(velocity)
    rows += [place.x / 4, place.y / 4, speed.x, speed.y, min(unseen, 8) / 4, Float(crowd)]
    for (back, aside) in [(Float(1), Float(1.3)), (3, 1.3), (6, 1.3), (-1.5, 1.3)] {
      let spot = corner.spot(back: back, aside: aside)
      rows.append(min(site.clearance(spot.x, spot.y), 2))
    }
  }
}
