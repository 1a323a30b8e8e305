// Operations that move elements without changing them.

import CKernels

extension Tensor {
  /// The same elements under another shape of as many.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == count, "shape \(self.shape) can not become \(shape)")
    let before = self.shape
    return reinterpreted(shape).recorded(from: self) { g in g.reinterpreted(before) }
  }

  /// The elements with two axes exchanged.
  public func transposed(_ a: Int, _ b: Int) -> Tensor {
    let (first, second) = (
      min(shape.resolved(a), shape.resolved(b)), max(shape.resolved(a), shape.resolved(b))
    )
    guard first != second else { return self }
    var extents = shape.array
    extents.swapAt(first, second)
    let result = Tensor(unwritten: Shape(extents))
    kernel_transpose(
      shape.count(in: 0..<first), shape[first], shape.count(in: (first + 1)..<second),
      shape[second], shape.count(in: (second + 1)..<shape.rank), base, result.base)
    return result.recorded(from: self) { g in g.transposed(first, second) }
  }

  /// The elements whose index along `axis` is in `range`.
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    let form = AxisForm(shape, axis)
    precondition(
      range.lowerBound >= 0 && range.upperBound <= form.extent,
      "the slice \(range) of axis \(axis) of shape \(shape)")
    let block = range.count * form.inner
    let start = range.lowerBound * form.inner
    let stride = form.extent * form.inner
    let result = Tensor(unwritten: shape.replacing(axis: axis, with: range.count))
    kernel_copy_blocks(form.outer, block, base + start, stride, result.base, block)
    return result.recorded(
      from: self,
      slice: Region(
        shape: shape, count: form.outer, block: block, start: start, stride: stride))
  }

  /// Tensors joined along an axis that they have; all other extents must agree.
  public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let first = parts[0].shape
    let axis = first.resolved(axis)
    for part in parts {
      precondition(
        part.shape.rank == first.rank
          && part.shape.replacing(axis: axis, with: 0) == first.replacing(axis: axis, with: 0),
        "shapes \(first) and \(part.shape) can not be joined along axis \(axis)")
    }
    let extents = parts.map { $0.shape[axis] }
    let result = Tensor(unwritten: first.replacing(axis: axis, with: extents.reduce(0, +)))
    let form = AxisForm(result.shape, axis)
    let stride = form.extent * form.inner
    var start = 0
    for (part, extent) in zip(parts, extents) {
      let block = extent * form.inner
      kernel_copy_blocks(form.outer, block, part.base, block, result.base + start, stride)
      start += block
    }
    let wanted = parts.map(\.isWatched)
    return result.recorded(from: parts) { g in
      var start = 0
      return zip(extents, wanted).map { extent, wanted in
        defer { start += extent }
        return wanted ? g.sliced(axis: axis, start..<(start + extent)) : nil
      }
    }
  }

  /// Tensors of one shape joined along a new axis.
  public static func stacked(_ parts: [Tensor], axis: Int) -> Tensor {
    precondition(!parts.isEmpty, "nothing to stack")
    let shape = parts[0].shape
    let place = axis < 0 ? axis + shape.rank + 1 : axis
    precondition(
      place >= 0 && place <= shape.rank, "axis \(axis) can not be added to shape \(shape)")
    var extents = shape.array
    extents.insert(1, at: place)
    let widened = Shape(extents)
    return concatenated(parts.map { $0.reshaped(widened) }, axis: place)
  }

  /// The rows (entries of axis 0) with these indices, in this order; an index may come repeatedly.
  public func gathered(rows: [Int]) -> Tensor {
    let form = AxisForm(shape, 0)
    let result = Tensor(unwritten: shape.replacing(axis: 0, with: rows.count))
    for (i, row) in rows.enumerated() {
      precondition(row >= 0 && row < form.extent, "row \(row) of shape \(shape)")
      (result.base + i * form.inner).update(from: base + row * form.inner, count: form.inner)
    }
    let before = shape
    return result.recorded(from: self) { g in
      let gx = Tensor(zeros: before)
      for (i, row) in rows.enumerated() {
        kernel_accumulate(form.inner, 1, g.base + i * form.inner, gx.base + row * form.inner)
      }
      return gx
    }
  }

  /// An axis of extent 1 repeated `count` times.
  public func repeated(axis: Int, count: Int) -> Tensor {
    precondition(shape[axis] == 1, "axis \(axis) of shape \(shape) has not the extent 1")
    let result = Tensor(unwritten: shape.replacing(axis: axis, with: count))
    let form = AxisForm(result.shape, axis)
    form.tile(base, into: result.base)
    let before = shape
    return result.recorded(from: self) { g in
      let gx = Tensor(unwritten: before)
      kernel_sum(form.outer, form.extent, form.inner, g.base, gx.base)
      return gx
    }
  }
}
