// Softmax, log-softmax, log-sum-exp along the last axis, and the cross-entropy of classes.

import CKernels

extension Tensor {
  /// e^x, scaled to sum to one along the last axis.
  public func softmax() -> Tensor {
    let (rows, width) = lastAxis
    let result = Tensor(unwritten: shape)
    kernel_softmax(rows, width, base, result.base)
    return result.recorded(from: self) { [y = result] g in
      let gx = Tensor(unwritten: g.shape)
      kernel_softmax_pullback(rows, width, g.base, y.base, gx.base)
      return gx
    }
  }

  /// The logarithm of the softmax, without loss for small probabilities.
  public func logSoftmax() -> Tensor {
    self - logSumExp().reshaped(shape.replacing(axis: -1, with: 1))
  }

  /// log Σ e^x along the last axis, which is removed.
  public func logSumExp() -> Tensor {
    let (rows, width) = lastAxis
    let result = Tensor(unwritten: shape.removing(axis: -1))
    kernel_log_sum_exp(rows, width, base, result.base)
    let x = detached()
    return result.recorded(from: self) { g in
      x.softmax() * g.reinterpreted(x.shape.replacing(axis: -1, with: 1))
    }
  }

  /// The rows and the width of the last axis.
  var lastAxis: (rows: Int, width: Int) {
    precondition(
      shape.rank > 0 && shape[-1] > 0, "the last axis of shape \(shape) has no elements")
    return (count / shape[-1], shape[-1])
  }
}

/// The mean over rows of −log softmax(logits)[target], a scalar. Logits `[N, C]`, targets in 0..<C.
public func crossEntropy(_ logits: Tensor, targets: [Int]) -> Tensor {
  precondition(
    logits.shape.rank == 2 && logits.shape[0] == targets.count,
    "\(targets.count) targets for logits of shape \(logits.shape)")
  let (rows, classes) = (logits.shape[0], logits.shape[1])
  let normalizers = logits.detached().logSumExp()
  var total: Double = 0
  for (row, target) in targets.enumerated() {
    precondition(target >= 0 && target < classes, "target \(target) of \(classes) classes")
    total += Double(normalizers.base[row]) - Double(logits.base[row * classes + target])
  }
  let x = logits.detached()
  return Tensor(Float(total / Double(max(rows, 1)))).recorded(from: logits) { g in
    var gx = x.softmax()
    gx.makeUnique()
    for (row, target) in targets.enumerated() { gx.base[row * classes + target] -= 1 }
    return gx * (g.item / Float(max(rows, 1)))
  }
}
