// The cross-entropy of classes that stand for numbers.

import CKernels

/// −Σ target · log softmax(logits) of every row, of shape `[N]`, where the target is a number spread
/// over the two bins beside it. Logits `[N, K]`, targets `[N]` (no gradient goes to them).
///
/// Bin j stands for the number whose symlog, sign(x)·log(1 + |x|), is the j-th of K equispaced values
/// in `range` (arXiv 2301.04104); numbers beyond the ends count as the ends.
public func twoHotCrossEntropy(
  _ logits: Tensor, targets: Tensor, range: ClosedRange<Float> = -20...20
) -> Tensor {
  precondition(
    logits.shape.rank == 2 && targets.shape == [logits.shape[0]] && logits.shape[1] >= 2,
    "targets of shape \(targets.shape) for logits of shape \(logits.shape)")
  precondition(range.lowerBound < range.upperBound, "bins over \(range)")
  let (rows, bins) = (logits.shape[0], logits.shape[1])
  let losses = Tensor(unwritten: [rows])
  let slopes = Tensor(unwritten: logits.isWatched ? logits.shape : [0])
  kernel_two_hot(
    rows, bins, range.lowerBound, range.upperBound, logits.base, targets.base, losses.base,
    logits.isWatched ? slopes.base : nil)
  return losses.recorded(from: logits) { g in slopes * g.reinterpreted([rows, 1]) }
}
