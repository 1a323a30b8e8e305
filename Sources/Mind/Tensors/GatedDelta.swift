// The gated delta rule: a linear recurrence over matrices that forgets and overwrites.

import CKernels

/// What a head sees: q, k, v `[B, T, H, D]`, alpha, beta `[B, T, H]`.
private struct GatedDeltaInputs: Sendable {
  let q, k, v, alpha, beta: Tensor
  let state: Tensor?
  /// What the forward left to the pullback.
  let kept: Tensor
  let epsilon: Float

  func pullback(gy: Tensor?, gstate: Tensor?, wantsState: Bool) -> [Tensor?] {
    let shape = q.shape
    let gq = Tensor(unwritten: shape)
    let gk = Tensor(unwritten: shape)
    let gv = Tensor(unwritten: shape)
    let galpha = Tensor(unwritten: alpha.shape)
    let gbeta = Tensor(unwritten: alpha.shape)
    let gbefore =
      wantsState ? Tensor(unwritten: [shape[0], shape[2], shape[3], shape[3]]) : nil
    kernel_gated_delta_pullback(
      shape[0], shape[1], shape[2], shape[3], epsilon, q.base, k.base, v.base, alpha.base,
      beta.base,
      state?.base, kept.base, gy?.base, gstate?.base, gq.base, gk.base, gv.base, galpha.base,
      gbeta.base,
      gbefore?.base)
    return [gq, gk, gv, galpha, gbeta, gbefore]
  }
}

/// S_t = α_t S_{t−1}(I − β_t k_t k_tᵀ) + β_t v_t k_tᵀ and y_t = S_t q_t, per batch entry and head
/// (Gated DeltaNet, arXiv 2412.06464). Stable for unit k, α in (0, 1] and β in [0, 2].
///
/// q, k, v are `[B, T, H, D]`, alpha and beta `[B, T, H]`. The state is `[B, H, D, D]`, its third
/// axis that of keys and its last that of values (the transpose of S); nil is zero. With
/// `unitEpsilon`, q and k are first brought to length one, q / √(Σ q² + epsilon), on the way. Returns
/// y `[B, T, H, D]` and the state after the last step. D is at most 128.
public func gatedDelta(
  q: Tensor, k: Tensor, v: Tensor, alpha: Tensor, beta: Tensor, state: Tensor? = nil,
  unitEpsilon: Float? = nil
) -> (y: Tensor, state: Tensor) {
  let shape = q.shape
  precondition(
    shape.rank == 4 && k.shape == shape && v.shape == shape && shape[3] <= 128,
    "gated delta over q, k, v of shapes \(shape), \(k.shape), \(v.shape)")
  let gates: Shape = [shape[0], shape[1], shape[2]]
  precondition(
    alpha.shape == gates && beta.shape == gates,
    "gates of shapes \(alpha.shape), \(beta.shape) for a sequence of shape \(shape)")
  let memory: Shape = [shape[0], shape[2], shape[3], shape[3]]
  if let state {
    precondition(state.shape == memory, "a state of shape \(state.shape) instead of \(memory)")
  }
  let epsilon = unitEpsilon ?? 0
  let y = Tensor(unwritten: shape)
  let after = Tensor(unwritten: memory)
  let sources = [q, k, v, alpha, beta] + (state.map { [$0] } ?? [])
  let isRecorded = sources.contains { $0.isWatched }
  let kept = Tensor(
    unwritten: [
      isRecorded ? kernel_gated_delta_kept(shape[0], shape[1], shape[2], shape[3]) : 0
    ])
  kernel_gated_delta(
    shape[0], shape[1], shape[2], shape[3], epsilon, q.base, k.base, v.base, alpha.base, beta.base,
    state?.base, y.base, after.base, isRecorded ? kept.base : nil)
  guard isRecorded else { return (y, after) }
  let inputs = GatedDeltaInputs(
    q: q.detached(), k: k.detached(), v: v.detached(), alpha: alpha.detached(),
    beta: beta.detached(), state: state?.detached(), kept: kept, epsilon: epsilon)
  let wantsState = state?.isWatched ?? false
  // Two results of one computation: each has a pullback of its own, and by linearity their sum is
  // right. A loss that reads only y, the usual one, so pays for only one.
  return (
    y.recorded(from: sources) { g in
      inputs.pullback(gy: g, gstate: nil, wantsState: wantsState)
    },
    after.recorded(from: sources) { g in
      inputs.pullback(gy: nil, gstate: g, wantsState: wantsState)
    }
  )
}
