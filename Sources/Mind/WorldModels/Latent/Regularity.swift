// What keeps latents from falling together into one point.
//
// SIGReg (LeJEPA, arXiv 2511.08544) asks that the latents of a batch look like a sample of a standard
// normal distribution. By the theorem of Cramér and Wold that is so where every projection on a
// direction does; a few random directions are drawn a step.
//
// VICReg (arXiv 2105.04906) asks only that no dimension has a deviation below one, and that no two
// vary together.

public import Basics
public import Tensors

/// How far the latents `[N, D]` are from a standard normal sample, a scalar: of the size of 1/N for
/// one, and of 1 where they have collapsed.
///
/// - Parameter directions: how many random directions are looked along.
public func sigReg(_ latents: Tensor, directions: Int, random: inout Random) -> Tensor {
  let axes = Tensor.normal([directions, latents.shape[1]], random: &random).unitNorm()
  // The statistic grows with the sample; the loss should not.
  return eppsPulley(latents, directions: axes.transposed(0, 1)) * (1 / Float(latents.shape[0]))
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
