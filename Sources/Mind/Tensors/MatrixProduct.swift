// Matrix products, and the affine map of a linear layer.

import CKernels

extension Tensor {
  /// `[.., K]·[K, N]` is `[.., N]`: all leading axes are rows.
  public func matmul(_ w: Tensor) -> Tensor { product(w, transposed: false, bias: nil) }

  /// `[.., K]·[N, K]ᵀ` is `[.., N]`.
  public func matmul(transposed w: Tensor) -> Tensor { product(w, transposed: true, bias: nil) }

  /// `x·w + b` with w `[K, N]` and b `[N]`.
  public func linear(_ w: Tensor, _ b: Tensor) -> Tensor {
    precondition(
      b.shape.rank == 1 && w.shape.rank == 2 && b.count == w.shape[1],
      "a bias of shape \(b.shape) does not fit weights of shape \(w.shape)")
    return product(w, transposed: false, bias: b)
  }

  private func product(_ w: Tensor, transposed: Bool, bias: Tensor?) -> Tensor {
    precondition(
      shape.rank >= 1 && w.shape.rank == 2 && shape[-1] == w.shape[transposed ? 1 : 0],
      "a matrix product of shapes \(shape) and \(w.shape)\(transposed ? " transposed" : "")")
    let k = shape[-1]
    let n = w.shape[transposed ? 0 : 1]
    let m = shape.count(in: 0..<(shape.rank - 1))
    let extents = Extents(m: m, n: n, k: k)
    let result = Tensor(unwritten: shape.replacing(axis: -1, with: n))
    extents.multiply(self, by: w, transposed: transposed, bias: bias, into: result)
    let (wantsX, wantsW, wantsB) = (isWatched, w.isWatched, bias?.isWatched ?? false)
    guard wantsX || wantsW || wantsB else { return result }
    let (x, weights) = (detached(), w.detached())
    return result.recorded(
      from: [self, w] + (bias.map { [$0] } ?? []),
      adding: { g, sums in
        if wantsX {
          sums[0].add(x.shape) { sum, isThere in
            Extents(m: m, n: k, k: n, precision: extents.precision)
              .multiply(g, by: weights, transposed: !transposed, into: sum, isAdded: isThere)
          }
        }
        if wantsW {
          sums[1].add(weights.shape) { sum, isThere in
            let (left, right) = transposed ? (g, x) : (x, g)
            Extents(
              m: transposed ? n : k, n: transposed ? k : n, k: m, precision: extents.precision
            ).multiply(transposed: left, by: right, into: sum, isAdded: isThere)
          }
        }
        if wantsB {
          let gb = Tensor(unwritten: [n])
          kernel_sum(1, m, n, g.base, gb.base)
          sums[2].add(gb)
        }
      })
  }
}

/// A product `[m, k]·[k, n]` and how it is computed.
private struct Extents: Sendable {
  let m, n, k: Int
  let precision: Precision

  /// Small products stay in float32: packing them would cost more than it saves.
  init(m: Int, n: Int, k: Int, precision: Precision = .current) {
    (self.m, self.n, self.k) = (m, n, k)
    self.precision = m >= 16 && n >= 16 && k >= 16 ? precision : .float32
  }

  /// x `[m, k]` by w `[k, n]`, or `[n, k]` where transposed, plus a bias `[n]`, or plus what is there.
  func multiply(
    _ x: Tensor, by w: Tensor, transposed: Bool, bias: Tensor? = nil, into out: Tensor,
    isAdded: Bool = false
  ) {
    // Weights are packed where that is soon paid for; float32 reads few rows better in place.
    guard m >= 16 && k > 0 && (transposed || n > 64 || precision == .bfloat16) else {
      if let bias { kernel_copy_blocks(m, n, bias.base, 0, out.base, n) }
      kernel_matmul(
        m, n, k, x.base, 0, w.base, transposed ? 1 : 0, out.base, bias != nil || isAdded ? 1 : 0)
      return
    }
    let right = w.storage.packed(side(.right, n, isTransposed: transposed))
    var finish = finish_t()
    finish.bias = bias.map { UnsafePointer($0.base) }
    finish.accumulate = isAdded ? 1 : 0
    finish.out = out.base
    finish.out_row = n
    guard precision == .bfloat16 else {
      kernel_product(precision.code, m, n, k, x.base, right.numbers, &finish)
      return
    }
    let left = x.storage.packed(side(.left, m, isTransposed: false))
    kernel_product(precision.code, m, n, k, left.numbers, right.numbers, &finish)
  }

  /// xᵀ·g with x `[k, m]` and g `[k, n]`, plus what is there: the gradient of weights.
  func multiply(transposed x: Tensor, by g: Tensor, into out: Tensor, isAdded: Bool) {
    guard precision == .bfloat16 else {
      kernel_matmul(m, n, k, x.base, 1, g.base, 0, out.base, isAdded ? 1 : 0)
      return
    }
    let left = x.storage.packed(side(.left, m, isTransposed: true))
    let right = g.storage.packed(side(.right, n, isTransposed: false))
    var finish = finish_t()
    finish.accumulate = isAdded ? 1 : 0
    finish.out = out.base
    finish.out_row = n
    kernel_product(precision.code, m, n, k, left.numbers, right.numbers, &finish)
  }

  private func side(
    _ side: PackedSide.Form.Side, _ lines: Int, isTransposed: Bool
  ) -> PackedSide.Form {
    .init(
      side: side, precision: precision, lines: lines, depth: k, isTransposed: isTransposed)
  }
}
