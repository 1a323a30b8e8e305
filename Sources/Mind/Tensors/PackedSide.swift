// One side of a matrix product in the order in which the product reads it.

import CKernels

/// The numbers of one side of a matrix product, rearranged, in the precision of the product.
struct PackedSide: Sendable {
  /// What was packed, and how.
  struct Form: Equatable {
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

  private init(_ form: Form) {
    self.form = form
    let bytes = kernel_packed_bytes(form.precision.code, form.lines, form.depth)
    memory = Storage(count: bytes / MemoryLayout<Float>.stride)
  }

  /// The right side `[k, n]`, or `[n, k]` where transposed.
  init(right base: UnsafePointer<Float>, _ form: Form) {
    self.init(form)
    kernel_pack_right(
      form.precision.code, form.lines, form.depth, base, form.isTransposed ? 1 : 0, memory.base)
  }

  /// The left side `[m, k]`, or `[k, m]` where transposed.
  init(left base: UnsafePointer<Float>, _ form: Form) {
    self.init(form)
    kernel_pack_left(
      form.precision.code, form.lines, form.depth, base,
      form.isTransposed ? form.lines : form.depth, form.isTransposed ? 1 : 0, memory.base)
  }

  var numbers: UnsafeRawPointer { UnsafeRawPointer(memory.base) }
}
