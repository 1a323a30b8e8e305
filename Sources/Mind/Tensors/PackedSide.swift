// One side of a matrix product in the order in which the product reads it.

import CKernels

/// The numbers of one side of a matrix product, rearranged, in the precision of the product.
struct PackedSide: Sendable {
  /// What was packed, and how.
  struct Form: Equatable {
    enum Side { case left, right }

    let side: Side
    let precision: Precision
    /// Rows of a left side, columns of a right one.
    let lines: Int
    /// Numbers of a line.
    let depth: Int
    /// Whether the array holds the other axis first: `[k, m]` for a left side, `[n, k]` for a right one.
    let isTransposed: Bool
  }

  let form: Form
  private let memory: Storage

  /// The side that `base` holds, in the order that the form names.
  init(_ base: UnsafePointer<Float>, _ form: Form) {
    self.form = form
    let (precision, turned) = (form.precision.code, form.isTransposed ? Int32(1) : 0)
    let bytes = kernel_packed_bytes(precision, form.lines, form.depth)
    memory = Storage(count: bytes / MemoryLayout<Float>.stride)
    switch form.side {
    case .left:
      let row = form.isTransposed ? form.lines : form.depth
      kernel_pack_left(precision, form.lines, form.depth, base, row, turned, memory.base)
    case .right:
      kernel_pack_right(precision, form.lines, form.depth, base, turned, memory.base)
    }
  }

  var numbers: UnsafeRawPointer { UnsafeRawPointer(memory.base) }
}
