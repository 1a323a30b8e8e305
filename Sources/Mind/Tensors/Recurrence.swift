// A scalar recurrence with a small residual network inside: the inner loop of imagined drives.

import CKernels

/// What a recurrence reads, kept for its pullback.
private struct RecurrenceInputs: Sendable {
  let start, rate, gate, targets, bias, input, output: Tensor
  let limit: Float

  func kernel() -> recurrence_t {
    recurrence_t(
      rows: targets.shape[0], steps: targets.shape[1], hidden: bias.shape[1], limit: limit,
      start: start.base,
      rate: rate.base, gate: gate.base, targets: targets.base, bias: bias.base, input: input.base,
      output: output.base)
  }

  func pullback(path: Tensor, gradient: Tensor) -> [Tensor?] {
    let parts = [start, rate, gate, targets, bias, input, output].map {
      Tensor(unwritten: $0.shape)
    }
    var inputs = kernel()
    var outputs = recurrence_gradient_t(
      start: parts[0].base, rate: parts[1].base, gate: parts[2].base, targets: parts[3].base,
      bias: parts[4].base, input: parts[5].base, output: parts[6].base)
    kernel_recurrence_pullback(&inputs, path.base, gradient.base, &outputs)
    return parts
  }
}

/// w_{j+1} = w_j + rate · (T_j − w_j) + gate · Σ_h output_h · bend(input_0h · w_j + input_1h · T_j + bias_h)
/// with bend(a) = a · clamp(a/4 + 1/2, 0, 1), for N independent rows over K steps with H ≤ 64 hidden
/// units.
///
/// start, rate and gate are `[N, 1]`, targets T `[N, K]`, bias `[N, H]`, input `[2, H]`, output `[H, 1]`.
/// Every w is kept
/// within ±limit. Returns w after each step, `[N, K]`.
public func residualRecurrence(
  _ start: Tensor, rate: Tensor, gate: Tensor, targets: Tensor, bias: Tensor, input: Tensor,
  output: Tensor, limit: Float
) -> Tensor {
  let rows = targets.shape[0]
  let hidden = bias.shape[1]
  precondition(
    start.shape == [rows, 1] && rate.shape == [rows, 1] && gate.shape == [rows, 1]
      && bias.shape[0] == rows,
    "a recurrence of \(rows) rows from \(start.shape), \(rate.shape), \(gate.shape) and \(bias.shape)"
  )
  precondition(
    hidden <= 64 && input.shape == [2, hidden] && output.shape == [hidden, 1],
    "a residual network of \(hidden) units with weights \(input.shape) and \(output.shape)")
  let sources = [start, rate, gate, targets, bias, input, output]
  let inputs = RecurrenceInputs(
    start: start.detached(), rate: rate.detached(), gate: gate.detached(),
    targets: targets.detached(),
    bias: bias.detached(), input: input.detached(), output: output.detached(), limit: limit)
  let path = Tensor(unwritten: targets.shape)
  var kernel = inputs.kernel()
  kernel_recurrence(&kernel, path.base)
  return path.recorded(from: sources) { gradient in
    inputs.pullback(path: path, gradient: gradient)
  }
}
