// Rows brought to one length: root mean square, layer norm, unit length.

import CKernels

extension Tensor {
  /// x / √(mean x² + epsilon) · weight along the last axis D; weight `[D]`.
  public func rmsNorm(_ weight: Tensor, epsilon: Float = 1e-5) -> Tensor {
    let (rows, width) = lastAxis
    precondition(
      weight.shape == [width], "a norm weight of shape \(weight.shape) for rows of \(shape)")
    let result = Tensor(unwritten: shape)
    let inverse = Tensor(unwritten: [rows])
    kernel_rms_norm(rows, width, epsilon, base, weight.base, result.base, inverse.base)
    guard isWatched || weight.isWatched else { return result }
    let (x, w) = (detached(), weight.detached())
    return result.recorded(
      from: [self, weight],
      adding: { g, sums in
        let gw = Tensor(unwritten: w.shape)
        sums[0].add(x.shape) { sum, isThere in
          kernel_rms_norm_pullback(
            rows, width, g.base, x.base, w.base, inverse.base, isThere ? 1 : 0, sum.base, gw.base)
        }
        sums[1].add(gw)
      })
  }

  /// `rmsNorm(weight) * gate.silu()` in one pass; gate has this shape.
  public func gatedNorm(_ weight: Tensor, gate: Tensor, epsilon: Float = 1e-5) -> Tensor {
    let (rows, width) = lastAxis
    precondition(
      weight.shape == [width] && gate.shape == shape,
      "a norm of shape \(shape) with weight \(weight.shape) and gate \(gate.shape)")
    let result = Tensor(unwritten: shape)
    let inverse = Tensor(unwritten: [rows])
    kernel_gated_norm(
      rows, width, epsilon, base, gate.base, weight.base, result.base, inverse.base)
    guard isWatched || weight.isWatched || gate.isWatched else { return result }
    let (x, w, z) = (detached(), weight.detached(), gate.detached())
    return result.recorded(from: [self, weight, gate]) { g in
      let gx = Tensor(unwritten: x.shape)
      let gw = Tensor(unwritten: w.shape)
      let gz = Tensor(unwritten: x.shape)
      kernel_gated_norm_pullback(
        rows, width, g.base, x.base, z.base, w.base, inverse.base, gx.base, gz.base, gw.base)
      return [gx, gw, gz]
    }
  }

  /// (x − mean) / √(variance + epsilon) · weight + bias along the last axis D; both `[D]`.
  public func layerNorm(_ weight: Tensor, _ bias: Tensor, epsilon: Float = 1e-5) -> Tensor {
    let (rows, width) = lastAxis
    precondition(
      weight.shape == [width] && bias.shape == [width],
      "norm weights of shapes \(weight.shape) and \(bias.shape) for rows of \(shape)")
    let result = Tensor(unwritten: shape)
    let means = Tensor(unwritten: [rows])
    let inverse = Tensor(unwritten: [rows])
    kernel_layer_norm(
      rows, width, epsilon, base, weight.base, bias.base, result.base, means.base, inverse.base)
    guard isWatched || weight.isWatched || bias.isWatched else { return result }
    let (x, w) = (detached(), weight.detached())
    return result.recorded(from: [self, weight, bias]) { g in
      let gx = Tensor(unwritten: x.shape)
      let gw = Tensor(unwritten: w.shape)
      let gb = Tensor(unwritten: w.shape)
      kernel_layer_norm_pullback(
        rows, width, g.base, x.base, w.base, means.base, inverse.base, gx.base, gw.base, gb.base)
      return [gx, gw, gb]
    }
  }

  /// x / √(Σ x² + epsilon) along the last axis: rows of length one.
  public func unitNorm(epsilon: Float = 1e-6) -> Tensor {
    let (rows, width) = lastAxis
    let result = Tensor(unwritten: shape)
    let inverse = Tensor(unwritten: [rows])
    kernel_unit_norm(rows, width, epsilon, base, result.base, inverse.base)
    return result.recorded(from: self) { [y = result] g in
      let gx = Tensor(unwritten: g.shape)
      kernel_unit_norm_pullback(rows, width, g.base, y.base, inverse.base, gx.base)
      return gx
    }
  }
}
