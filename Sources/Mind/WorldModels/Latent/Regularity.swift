// What keeps latents from falling together into one point.
//
// SIGReg (LeJEPA, arXiv 2511.08544) asks that the latents of a batch look like a sample of a standard
// normal distribution. By the theorem of Cramér and Wold that is so where every projection on a
// direction does. A few random directions u are drawn a step, and in each the empirical characteristic
// function of the p = u·z is compared with that of the normal distribution (Epps and Pulley, 1983):
//
//     ∫ |mean e^{itp} − e^{−t²/2}|² e^{−t²/2} dt
//
// by the trapezoid rule over 17 knots in 0...3, doubled for the negative ones. The knots are
// equispaced, so cos and sin of t_k p follow from those of t_1 p by Chebyshev's recurrence, which is
// the power of a complex number in real dress: one sine and one cosine in place of sixteen each.
//
// VICReg (arXiv 2105.04906) asks only that no dimension has a deviation below one, and that no two
// vary together.

public import Basics
public import Tensors

/// The knots of SIGReg and their weights.
private enum Knots {
  static let count = 17
  static let distance: Float = 3 / Float(count - 1)
  /// e^{−t²/2}: the window, and what is hoped for.
  static func normal(_ knot: Int) -> Float {
    let t = Float(knot) * distance
    return exponential(-t * t / 2)
  }
  /// Of the trapezoid rule, both signs of t together, with the window.
  static func weight(_ knot: Int) -> Float {
    (knot == 0 || knot == count - 1 ? 1 : 2) * distance * normal(knot)
  }
}

/// How far the latents `[N, D]` are from a standard normal sample, a scalar: of the size of 1/N for
/// one, and of 1 where they have collapsed.
///
/// - Parameter directions: how many random directions are looked along.
public func sigReg(_ latents: Tensor, directions: Int, random: inout Random) -> Tensor {
  let (count, width) = (latents.shape[0], latents.shape[1])
  let axes = Tensor.normal([directions, width], random: &random).unitNorm()
  let angles = latents.matmul(transposed: axes) * Knots.distance  // [N, directions]
  let share = 1 / Float(max(1, count))
  var (cosine, sine) = (angles.cos(), angles.sin())
  let twice = cosine * 2
  var (cosineBefore, sineBefore) = (
    Tensor(repeating: 1, shape: cosine.shape), Tensor(zeros: sine.shape)
  )
  var gap = Tensor(0)
  // At the knot 0 both sides are 1.
  for knot in 1..<Knots.count {
    let real = cosine.sum(axis: 0) * share - Knots.normal(knot)
    let imaginary = sine.sum(axis: 0) * share
    gap = gap + (real.square() + imaginary.square()).mean() * Knots.weight(knot)
    guard knot < Knots.count - 1 else { break }
    (cosine, cosineBefore) = (twice * cosine - cosineBefore, cosine)
    (sine, sineBefore) = (twice * sine - sineBefore, sine)
  }
  return gap
}

/// How much the latents `[N, D]` lack in variance, and how much of it they share, a scalar.
public func vicReg(_ latents: Tensor) -> Tensor {
  let (count, width) = (latents.shape[0], latents.shape[1])
  let centred = latents - latents.mean(axis: 0)
  let covariance = centred.transposed(0, 1).matmul(centred) * (1 / Float(max(1, count - 1)))
  let variance = centred.square().sum(axis: 0) * (1 / Float(max(1, count - 1)))
  let lack = (1 - (variance + 1e-4).sqrt()).relu().mean()
  let shared = (covariance.square().sum() - variance.square().sum()) * (1 / Float(width))
  return lack + shared * 0.04
}
