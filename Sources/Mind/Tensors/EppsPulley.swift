// How far a set of vectors is from the standard normal distribution.

import CKernels

/// SIGReg (LeJEPA, arXiv 2511.08544): the mean over directions of the statistic of Epps and Pulley,
/// a scalar. It is small where every projection of the rows looks standard normal, so that latents
/// neither collapse nor stretch.
///
/// z is `[N, D]`, directions `[D, P]` with columns of length one (no gradient goes to them). The
/// characteristic functions are compared at `knots` points from 0 to `range`.
public func eppsPulley(
  _ z: Tensor, directions: Tensor, knots: Int = 17, range: Float = 3
) -> Tensor {
  precondition(
    z.shape.rank == 2 && directions.shape.rank == 2 && z.shape[1] == directions.shape[0]
      && z.shape[0] > 0,
    "SIGReg of shape \(z.shape) along directions of shape \(directions.shape)")
  precondition((2...64).contains(knots), "\(knots) knots")
  let projections = z.matmul(directions.detached())
  let (rows, count) = (z.shape[0], directions.shape[1])
  let step = range / Float(knots - 1)
  let result = Tensor(unwritten: [])
  let slopes = Tensor(unwritten: z.isWatched ? [2 * knots, count] : [0])
  kernel_sigreg(
    rows, count, knots, step, projections.base, result.base, z.isWatched ? slopes.base : nil)
  let h = projections.detached()
  return result.recorded(from: projections) { g in
    let gh = Tensor(unwritten: h.shape)
    kernel_sigreg_pullback(rows, count, knots, step, g.item, h.base, slopes.base, gh.base)
    return gh
  }
}
