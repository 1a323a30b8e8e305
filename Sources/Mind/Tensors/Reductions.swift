// Sums and means, over everything or along one axis, and running sums.

import CKernels

extension Tensor {
  /// The sum of all elements, a scalar.
  public func sum() -> Tensor {
    let result = Tensor(unwritten: [])
    kernel_sum(1, count, 1, base, result.base)
    let shape = shape
    return result.recorded(from: self) { g in Tensor(repeating: g.item, shape: shape) }
  }

  /// The mean of all elements, a scalar.
  public func mean() -> Tensor { sum() * (1 / Float(count)) }

  /// The sums along one axis, which is removed.
  public func sum(axis: Int) -> Tensor {
    let form = AxisForm(shape, axis)
    let result = Tensor(unwritten: shape.removing(axis: axis))
    kernel_sum(form.outer, form.extent, form.inner, base, result.base)
    let shape = shape
    return result.recorded(from: self) { g in
      let gx = Tensor(unwritten: shape)
      form.tile(g.base, into: gx.base)
      return gx
    }
  }

  /// The means along one axis, which is removed.
  public func mean(axis: Int) -> Tensor { sum(axis: axis) * (1 / Float(shape[axis])) }

  /// The running sums along one axis: element i is the sum of the elements up to i.
  public func cumulativeSum(axis: Int) -> Tensor {
    let form = AxisForm(shape, axis)
    let result = Tensor(unwritten: shape)
    kernel_cumulative_sum(form.outer, form.extent, form.inner, 0, base, result.base)
    return result.recorded(from: self) { g in
      let gx = Tensor(unwritten: g.shape)
      kernel_cumulative_sum(form.outer, form.extent, form.inner, 1, g.base, gx.base)
      return gx
    }
  }
}

/// A shape seen from one axis: [outer, extent, inner].
struct AxisForm: Sendable {
  let outer: Int
  let extent: Int
  let inner: Int

  init(_ shape: Shape, _ axis: Int) {
    let axis = shape.resolved(axis)
    outer = shape.count(in: 0..<axis)
    extent = shape[axis]
    inner = shape.count(in: (axis + 1)..<shape.rank)
  }

  /// Repeats [outer, inner] along the axis.
  func tile(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    guard inner > 1 else {
      for o in 0..<outer { (target + o * extent).update(repeating: source[o], count: extent) }
      return
    }
    for i in 0..<extent {
      kernel_copy_blocks(outer, inner, source, inner, target + i * inner, extent * inner)
    }
  }
}
