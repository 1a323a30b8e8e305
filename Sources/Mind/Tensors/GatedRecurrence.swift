// The gates of a gated recurrent unit.

import CKernels

/// c + z·(h − c) with r, z = sigmoid and c = tanh(x_c + r·u_c): one step of a GRU after its two
/// matrix products. `input` and `recurrent` are `[.., 3H]` (reset, update, candidate), `state` is
/// `[.., H]`.
public func gatedRecurrence(input: Tensor, recurrent: Tensor, state: Tensor) -> Tensor {
  let width = state.shape[-1]
  let gates = state.shape.replacing(axis: -1, with: 3 * width)
  precondition(
    input.shape == gates && recurrent.shape == gates,
    "gates of shapes \(input.shape), \(recurrent.shape) for a state of shape \(state.shape)")
  let rows = width == 0 ? 0 : state.count / width
  let result = Tensor(unwritten: state.shape)
  kernel_gru(rows, width, input.base, recurrent.base, state.base, result.base)
  let (x, u, h) = (input.detached(), recurrent.detached(), state.detached())
  return result.recorded(from: [input, recurrent, state]) { g in
    let gx = Tensor(unwritten: x.shape)
    let gu = Tensor(unwritten: x.shape)
    let gh = Tensor(unwritten: h.shape)
    kernel_gru_pullback(
      rows, width, g.base, x.base, u.base, h.base, gx.base, gu.base, gh.base)
    return [gx, gu, gh]
  }
}
