// The depthwise causal convolution over time.

import CKernels

extension Tensor {
  /// y[b, t, d] = Σ_j weight[j, d] · x[b, t − (K−1) + j, d] over `[B, T, D]`; weight `[K, D]`.
  ///
  /// With `bends`, silu follows (in one pass: cheaper than two operations). K is at most 16.
  ///
  /// What came before the sequence is `history` `[B, K−1, D]`, or zero; a stream hands on the last
  /// K − 1 inputs, so that it computes what the whole sequence would.
  public func causalConvolution(
    _ weight: Tensor, history: Tensor? = nil, bends: Bool = false
  ) -> Tensor {
    precondition(
      shape.rank == 3 && weight.shape.rank == 2 && weight.shape[1] == shape[2]
        && (1...16).contains(weight.shape[0]),
      "a convolution of shape \(shape) with weights of shape \(weight.shape)")
    let (batch, time, width, taps) = (shape[0], shape[1], shape[2], weight.shape[0])
    if let history {
      precondition(
        history.shape == [batch, taps - 1, width],
        "a history of shape \(history.shape) for an input of \(shape) and \(taps) taps")
    }
    let result = Tensor(unwritten: shape)
    kernel_convolution(
      batch, time, width, taps, bends ? 1 : 0, base, history?.base, weight.base, result.base)
    let (x, w, before) = (detached(), weight.detached(), history?.detached())
    let wantsHistory = history?.isWatched ?? false
    return result.recorded(from: [self, weight] + (history.map { [$0] } ?? [])) { g in
      let gx = Tensor(unwritten: x.shape)
      let gw = Tensor(unwritten: w.shape)
      let gh = wantsHistory ? Tensor(unwritten: [batch, taps - 1, width]) : nil
      kernel_convolution_pullback(
        batch, time, width, taps, bends ? 1 : 0, g.base, x.base, before?.base, w.base, gx.base,
        gw.base,
        gh?.base)
      return [gx, gw, gh]
    }
  }
}
