// Work on flat buffers for optimizers.

import CKernels

extension Tensor {
  /// One step of AdamW in place: this tensor is the parameter. `first` and `second` are the running
  /// moments of a whole model in one flat buffer, where those of this parameter begin at `offset`.
  /// `step` counts from 1.
  public mutating func adamStep(
    gradient: Tensor, first: inout Tensor, second: inout Tensor, offset: Int, rate: Float,
    beta1: Float, beta2: Float, epsilon: Float, decay: Float, step: Int
  ) {
    precondition(
      gradient.shape == shape, "a gradient of shape \(gradient.shape) for the shape \(shape)")
    precondition(
      first.count == second.count && offset >= 0 && offset + count <= first.count,
      "moments \(offset)..<\(offset + count) of \(first.count) and \(second.count)")
    node = nil
    makeUnique()
    first.makeUnique()
    second.makeUnique()
    kernel_adamw(
      count, base, gradient.base, first.base + offset, second.base + offset, rate, beta1, beta2,
      epsilon, decay, 1 - power(beta1, step), 1 - power(beta2, step))
  }

  /// Σ x² in double precision.
  public var squaredLength: Double { kernel_dot(count, base, base) }

  /// Whether every element is a finite number.
  public var isFinite: Bool { (0..<count).allSatisfy { base[$0].isFinite } }
}

/// A whole power by repeated squaring, the same on every machine.
private func power(_ base: Float, _ exponent: Int) -> Float {
  var (result, factor, left) = (1.0, Double(base), exponent)
  while left > 0 {
    if left & 1 == 1 { result *= factor }
    factor *= factor
    left >>= 1
  }
  return Float(result)
}
