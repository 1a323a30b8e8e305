// A residual recurrence that will run many times, and functions beside it, on plain memory.

import CKernels

/// ``residualRecurrence(_:rate:gate:targets:bias:input:output:limit:)`` with the weights at hand: no
/// tape and no allocation.
public struct PreparedRecurrence: Sendable {
  /// Units of the residual network.
  public let hidden: Int
  private let input, output: Tensor
  private let limit: Float

  /// The recurrence with these weights, `[2, H]` and `[H, 1]`.
  public init(input: Tensor, output: Tensor, limit: Float) {
    hidden = output.count
    precondition(
      hidden <= 64 && input.shape == [2, hidden],
      "a residual network of \(hidden) units with weights \(input.shape)")
    self.input = input.detached()
    self.output = output.detached()
    self.limit = limit
  }

  /// The value after each of `steps` steps: start, rate and gate `[N]`, targets and `path` `[N, K]`,
  /// bias `[N, H]`.
  public func roll(
    rows: Int, steps: Int, from start: UnsafePointer<Float>, rate: UnsafePointer<Float>,
    gate: UnsafePointer<Float>, targets: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    to path: UnsafeMutablePointer<Float>
  ) {
    var kernel = recurrence_t(
      rows: rows, steps: steps, hidden: hidden, limit: limit, start: start, rate: rate, gate: gate,
      targets: targets, bias: bias, input: input.base, output: output.base)
    kernel_recurrence(&kernel, path)
  }
}

/// The functions of one number that imagining needs, the bits those of tensors.
extension UnsafeMutablePointer<Float> {
  /// Becomes the sines of `count` angles.
  public func assignSines(of angles: UnsafePointer<Float>, count: Int) {
    kernel_unary(Int32(UNARY_SIN), count, 0, 0, angles, self)
  }

  /// Becomes the cosines of `count` angles.
  public func assignCosines(of angles: UnsafePointer<Float>, count: Int) {
    kernel_unary(Int32(UNARY_COS), count, 0, 0, angles, self)
  }

  /// Puts log(1 + e^x) in place of each of `count` numbers.
  public func bendSoftly(count: Int) {
    kernel_unary(Int32(UNARY_SOFTPLUS), count, 0, 0, self, self)
  }
}
