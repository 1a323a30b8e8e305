// An affine map that will be applied many times, without a tape.

import CKernels

/// x·w + b, optionally through silu, with the weights packed once for a precision. It is part of
/// computations that allocate nothing: rows come from and go to memory of the caller's.
public struct PreparedMap: Sendable {
  /// Numbers of a row that comes in.
  public let inputs: Int
  /// Numbers of a row that goes out.
  public let outputs: Int
  /// How the factors are held.
  public let precision: Precision
  private let weight: PackedSide
  private let bias: Tensor?
  private let isBent: Bool

  /// The map with weights `[inputs, outputs]` and bias `[outputs]`; `isBent` puts silu behind it.
  public init(_ weight: Tensor, bias: Tensor?, isBent: Bool = false, precision: Precision) {
    precondition(
      weight.shape.rank == 2 && weight.count > 0
        && (bias == nil || bias?.shape == [weight.shape[1]]),
      "weights of shape \(weight.shape) and a bias of shape \(bias?.shape ?? [])")
    inputs = weight.shape[0]
    outputs = weight.shape[1]
    self.precision = precision
    self.weight = weight.storage.packed(
      .init(
        side: .right, precision: precision, lines: outputs, depth: inputs, isTransposed: false))
    self.bias = bias?.detached()
    self.isBent = isBent
  }

  /// To `out` `[rows, outputs]`, to `next` as the left side of another product, or to both.
  func apply(
    rows: Int, _ left: LeftRows, out: Storage? = nil, next: LeftRows? = nil
  ) {
    var finish = finish_t()
    finish.bias = bias.map { UnsafePointer($0.base) }
    finish.bend = Int32(isBent ? BEND_SILU : BEND_NONE)
    finish.out = out?.base
    finish.out_row = outputs
    finish.next = next.map { UnsafeMutableRawPointer($0.memory.base) }
    kernel_product(
      precision.code, rows, outputs, inputs, left.memory.base, weight.numbers, &finish)
  }

  /// To `to` `[rows, outputs]` from `from` `[rows, inputs]`, in float32.
  public func apply(
    rows: Int, from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>
  ) {
    precondition(precision == .float32, "rows of plain memory are float32, not \(precision)")
    var finish = finish_t()
    finish.bias = bias.map { UnsafePointer($0.base) }
    finish.bend = Int32(isBent ? BEND_SILU : BEND_NONE)
    finish.out = to
    finish.out_row = outputs
    kernel_product(precision.code, rows, outputs, inputs, from, weight.numbers, &finish)
  }
}

/// Rows in the form that a product reads on its left, in memory that is used again and again.
struct LeftRows: Sendable {
  let width: Int
  let precision: Precision
  let memory: Storage

  init(rows: Int, width: Int, precision: Precision) {
    self.width = width
    self.precision = precision
    let bytes = kernel_packed_bytes(precision.code, rows, width)
    memory = Storage(count: bytes / MemoryLayout<Float>.stride)
  }

  /// Takes in `rows` rows that begin `stride` numbers apart.
  func fill(rows: Int, from: UnsafePointer<Float>, stride: Int) {
    kernel_pack_left(precision.code, rows, width, from, stride, 0, memory.base)
  }
}
