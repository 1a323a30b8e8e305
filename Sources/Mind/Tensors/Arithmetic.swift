// The four operations between tensors, with broadcasting, and with plain numbers.
//
// Two shapes go together where they are equal; where one is a suffix of the other (it is repeated
// over the leading axes); where one is the other with a last axis of 1 (it is repeated along
// that axis); or where one has a single element. Nothing is ever spread out in memory.

import CKernels

/// How one operand is read over the [rows, columns] of the result.
private struct Reading: Sendable {
  var row: Int
  var column: Int
  var shape: Shape
}

/// How two operands go together.
private struct Broadcast: Sendable {
  let shape: Shape
  var rows = 1
  var columns: Int
  var a: Reading
  var b: Reading

  init(_ x: Shape, _ y: Shape) {
    let swapped = y.count > x.count || (y.count == x.count && y.rank > x.rank)
    let (large, small) = swapped ? (y, x) : (x, y)
    shape = large
    columns = large.count
    var full = Reading(row: columns, column: 1, shape: large)
    var part = Reading(row: 0, column: 1, shape: small)
    if small.count == 1, large.count != 1 {
      part.column = 0
    } else if small.isSuffix(of: large) {
      columns = small.count
      rows = columns == 0 ? 0 : large.count / columns
    } else if small.isColumn(of: large) {
      columns = large[-1]
      rows = small.count
      part = Reading(row: 1, column: 0, shape: small)
    } else {
      precondition(small.count == 1 && small.rank <= large.rank, "shapes \(x) and \(y) differ")
    }
    full.row = columns
    (a, b) = swapped ? (part, full) : (full, part)
  }

  func apply(_ operation: Int32, _ x: Tensor, _ y: Tensor) -> Tensor {
    let result = Tensor(unwritten: shape)
    kernel_binary(
      operation, rows, columns, x.base, a.row, a.column, y.base, b.row, b.column, result.base)
    return result
  }

  /// The sum of `g`, of the shape of the result, over what `operand` was repeated along.
  func gathered(_ g: Tensor, to operand: Reading) -> Tensor {
    if operand.shape.count == g.count { return g.reinterpreted(operand.shape) }
    let result = Tensor(unwritten: operand.shape)
    if operand.column == 1 {
      kernel_sum(1, rows, columns, g.base, result.base)
    } else {
      kernel_sum(operand.shape.count, g.count / operand.shape.count, 1, g.base, result.base)
    }
    return result
  }

  /// The same product or quotient for a gradient `g` of the result's shape and one operand.
  func combine(_ operation: Int32, _ g: Tensor, with operand: Tensor, _ reading: Reading) -> Tensor
  {
    let result = Tensor(unwritten: shape)
    kernel_binary(
      operation, rows, columns, g.base, columns, 1, operand.base, reading.row, reading.column,
      result.base)
    return result
  }
}

private let add = Int32(BINARY_ADD)
private let subtract = Int32(BINARY_SUBTRACT)
private let multiply = Int32(BINARY_MULTIPLY)
private let divide = Int32(BINARY_DIVIDE)

extension Tensor {
  /// The sum, element by element.
  public static func + (x: Tensor, y: Tensor) -> Tensor {
    let form = Broadcast(x.shape, y.shape)
    let (wantsX, wantsY) = (x.isWatched, y.isWatched)
    return form.apply(add, x, y).recorded(from: [x, y]) { g in
      [wantsX ? form.gathered(g, to: form.a) : nil, wantsY ? form.gathered(g, to: form.b) : nil]
    }
  }

  /// The difference, element by element.
  public static func - (x: Tensor, y: Tensor) -> Tensor {
    let form = Broadcast(x.shape, y.shape)
    let (wantsX, wantsY) = (x.isWatched, y.isWatched)
    return form.apply(subtract, x, y).recorded(from: [x, y]) { g in
      [wantsX ? form.gathered(g, to: form.a) : nil, wantsY ? -form.gathered(g, to: form.b) : nil]
    }
  }

  /// The product, element by element.
  public static func * (x: Tensor, y: Tensor) -> Tensor {
    let form = Broadcast(x.shape, y.shape)
    let (wantsX, wantsY) = (x.isWatched, y.isWatched)
    let (a, b) = (x.detached(), y.detached())
    return form.apply(multiply, x, y).recorded(from: [x, y]) { g in
      [
        wantsX ? form.gathered(form.combine(multiply, g, with: b, form.b), to: form.a) : nil,
        wantsY ? form.gathered(form.combine(multiply, g, with: a, form.a), to: form.b) : nil,
      ]
    }
  }

  /// The quotient, element by element.
  public static func / (x: Tensor, y: Tensor) -> Tensor {
    let form = Broadcast(x.shape, y.shape)
    let (wantsX, wantsY) = (x.isWatched, y.isWatched)
    let result = form.apply(divide, x, y)
    let divisor = y.detached()
    return result.recorded(from: [x, y]) { [quotient = result] g in
      let gx = form.combine(divide, g, with: divisor, form.b)
      return [
        wantsX ? form.gathered(gx, to: form.a) : nil,
        wantsY ? -form.gathered(gx * quotient, to: form.b) : nil,
      ]
    }
  }

  /// Each element plus a number.
  public static func + (x: Tensor, y: Float) -> Tensor { x.affine(1, y) }
  /// A number plus each element.
  public static func + (x: Float, y: Tensor) -> Tensor { y.affine(1, x) }
  /// Each element minus a number.
  public static func - (x: Tensor, y: Float) -> Tensor { x.affine(1, -y) }
  /// A number minus each element.
  public static func - (x: Float, y: Tensor) -> Tensor { y.affine(-1, x) }
  /// Each element times a number.
  public static func * (x: Tensor, y: Float) -> Tensor { x.affine(y, 0) }
  /// A number times each element.
  public static func * (x: Float, y: Tensor) -> Tensor { y.affine(x, 0) }
  /// Each element divided by a number, as a product with its inverse.
  public static func / (x: Tensor, y: Float) -> Tensor { x.affine(1 / y, 0) }
  /// A number divided by each element.
  public static func / (x: Float, y: Tensor) -> Tensor { Tensor(x) / y }

  /// Adds in place, for readers' sake: `x = x + y`.
  public static func += (x: inout Tensor, y: Tensor) { x = x + y }

  private func affine(_ scale: Float, _ shift: Float) -> Tensor {
    let result = Tensor(unwritten: shape)
    kernel_affine(count, scale, shift, base, result.base)
    return result.recorded(from: self) { g in scale == 1 ? g : g.affine(scale, 0) }
  }

  /// The same memory under another shape of as many elements, without its history.
  func reinterpreted(_ shape: Shape) -> Tensor { Tensor(sharing: storage, shape: shape) }
}
