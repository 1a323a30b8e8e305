// Functions of one number, applied to every element.

import CKernels

/// What the C kernel calls the function, and what its pullback reads.
private struct Function: Sendable {
  let code: Int32
  var readsOutput = false
  var p0: Float = 0
  var p1: Float = 0
}

extension Tensor {
  /// e to the power of each element.
  public func exp() -> Tensor { map(Function(code: Int32(UNARY_EXP), readsOutput: true)) }
  /// The natural logarithm of each element.
  public func log() -> Tensor { map(Function(code: Int32(UNARY_LOG))) }
  /// The hyperbolic tangent of each element.
  public func tanh() -> Tensor { map(Function(code: Int32(UNARY_TANH), readsOutput: true)) }
  /// 1 / (1 + e^-x).
  public func sigmoid() -> Tensor { map(Function(code: Int32(UNARY_SIGMOID), readsOutput: true)) }
  /// x · sigmoid(x).
  public func silu() -> Tensor { map(Function(code: Int32(UNARY_SILU))) }
  /// log(1 + e^x), without overflow.
  public func softplus() -> Tensor { map(Function(code: Int32(UNARY_SOFTPLUS))) }
  /// max(x, 0).
  public func relu() -> Tensor { map(Function(code: Int32(UNARY_RELU))) }
  /// x².
  public func square() -> Tensor { map(Function(code: Int32(UNARY_SQUARE))) }
  /// The square root of each element.
  public func sqrt() -> Tensor { map(Function(code: Int32(UNARY_SQRT), readsOutput: true)) }
  /// The absolute value of each element; its derivative at 0 is taken as 0.
  public func abs() -> Tensor { map(Function(code: Int32(UNARY_ABS))) }
  /// The sine of each angle in radians, for angles up to a few thousand.
  public func sin() -> Tensor { map(Function(code: Int32(UNARY_SIN))) }
  /// The cosine of each angle in radians, for angles up to a few thousand.
  public func cos() -> Tensor { map(Function(code: Int32(UNARY_COS))) }

  /// Huber's loss of each element: x²/2 up to `delta`, then straight on.
  public func huber(_ delta: Float = 1) -> Tensor {
    map(Function(code: Int32(UNARY_HUBER), p0: delta))
  }

  /// Each element brought into `range`; no gradient flows where it was outside.
  public func clamped(to range: ClosedRange<Float>) -> Tensor {
    map(Function(code: Int32(UNARY_CLAMP), p0: range.lowerBound, p1: range.upperBound))
  }

  /// The elements with the other sign.
  public static prefix func - (x: Tensor) -> Tensor {
    x.map(Function(code: Int32(UNARY_NEGATE)))
  }

  /// silu(a) · b, where a and b are the halves of the last axis: `[.., 2H]` to `[.., H]`. The gate
  /// of SwiGLU (Shazeer, 2020) in one pass.
  public func siluGated() -> Tensor {
    let width = shape[-1]
    precondition(width % 2 == 0, "the gate needs two halves, and \(shape) has an odd last axis")
    let half = width / 2
    let rows = half == 0 ? 0 : count / width
    let result = Tensor(unwritten: shape.replacing(axis: -1, with: half))
    kernel_swiglu(rows, half, base, result.base)
    let x = detached()
    return result.recorded(from: self) { g in
      let gx = Tensor(unwritten: x.shape)
      kernel_swiglu_pullback(rows, half, g.base, x.base, gx.base)
      return gx
    }
  }

  private func map(_ f: Function) -> Tensor {
    let result = Tensor(unwritten: shape)
    kernel_unary(f.code, count, f.p0, f.p1, base, result.base)
    guard node != nil else { return result }
    let kept = f.readsOutput ? result : detached()
    return result.recorded(from: self) { g in
      let gx = Tensor(unwritten: g.shape)
      kernel_unary_pullback(
        f.code, g.count, f.p0, f.p1, g.base, kept.base, kept.base, gx.base)
      return gx
    }
  }
}
