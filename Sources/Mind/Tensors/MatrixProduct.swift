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
    let result = Tensor(unwritten: shape.replacing(axis: -1, with: n))
    if let bias { kernel_copy_blocks(m, n, bias.base, 0, result.base, n) }
    kernel_matmul(
      m, n, k, base, 0, w.base, transposed ? 1 : 0, result.base, bias == nil ? 0 : 1)
    let (wantsX, wantsW, wantsB) = (isWatched, w.isWatched, bias?.isWatched ?? false)
    guard wantsX || wantsW || wantsB else { return result }
    let (x, weights) = (detached(), w.detached())
    return result.recorded(from: [self, w] + (bias.map { [$0] } ?? [])) { g in
      var gx: Tensor?
      var gw: Tensor?
      var gb: Tensor?
      if wantsX {
        let out = Tensor(unwritten: x.shape)
        kernel_matmul(m, k, n, g.base, 0, weights.base, transposed ? 0 : 1, out.base, 0)
        gx = out
      }
      if wantsW {
        let out = Tensor(unwritten: weights.shape)
        if transposed {
          kernel_matmul(n, k, m, g.base, 1, x.base, 0, out.base, 0)
        } else {
          kernel_matmul(k, n, m, x.base, 1, g.base, 0, out.base, 0)
        }
        gw = out
      }
      if wantsB {
        let out = Tensor(unwritten: [n])
        kernel_sum(1, m, n, g.base, out.base)
        gb = out
      }
      return [gx, gw, gb]
    }
  }
}
