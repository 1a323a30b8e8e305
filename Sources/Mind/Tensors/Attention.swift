// Causal attention over a sliding window.

import CKernels

/// Each position attends to the last `window` positions up to its own, per batch entry and head.
/// The score of a key is q·k/√D − slope·distance (ALiBi), so only relative positions matter.
///
/// q is `[B, T, H, D]`; k and v are `[B, P + T, H, D]`, where the first P positions came before the
/// queries. `slopes` has one number a head. Returns `[B, T, H, D]`.
public func slidingWindowAttention(
  q: Tensor, k: Tensor, v: Tensor, window: Int, slopes: [Float]? = nil
) -> Tensor {
  let shape = q.shape
  precondition(
    shape.rank == 4 && k.shape.rank == 4 && v.shape == k.shape && k.shape[1] >= shape[1]
      && k.shape == shape.replacing(axis: 1, with: k.shape[1]),
    "attention over q, k, v of shapes \(shape), \(k.shape), \(v.shape)")
  precondition(window > 0, "a window of \(window) positions")
  let (batch, time, heads, width) = (shape[0], shape[1], shape[2], shape[3])
  let past = k.shape[1] - time
  let slope = slopes ?? [Float](repeating: 0, count: heads)
  precondition(slope.count == heads, "\(slope.count) slopes for \(heads) heads")
  let y = Tensor(unwritten: shape)
  kernel_attention(
    batch, time, past, heads, width, window, slope, q.base, k.base, v.base, y.base)
  let (q0, k0, v0) = (q.detached(), k.detached(), v.detached())
  return y.recorded(from: [q, k, v]) { g in
    let gq = Tensor(unwritten: q0.shape)
    let gk = Tensor(unwritten: k0.shape)
    let gv = Tensor(unwritten: k0.shape)
    kernel_attention_pullback(
      batch, time, past, heads, width, window, slope, q0.base, k0.base, v0.base, g.base,
      gq.base, gk.base, gv.base)
    return [gq, gk, gv]
  }
}
