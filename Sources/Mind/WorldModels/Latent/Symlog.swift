// Numbers of any size brought near zero, and a number as weights of a few fixed bins.

import Basics
public import Tensors

/// sign(x) · log(1 + |x|): nearly x around zero, slow far away (DreamerV3, arXiv 2301.04104).
func symlog(_ x: Float) -> Float {
  x < 0 ? -naturalLogarithm(1 - x) : naturalLogarithm(1 + x)
}

/// The inverse of `symlog`.
func symexp(_ x: Float) -> Float { x < 0 ? 1 - exponential(-x) : exponential(x) - 1 }

/// Equispaced bins of symlog(x), between which a number is split by its distances: a distribution
/// over them can say "either 0 or 1", where a regression would say 0.5.
public struct TwoHot: Codable, Sendable, Hashable {
  /// How many bins there are.
  public var count: Int
  /// The largest |x| that the bins hold; larger ones are clamped.
  public var limit: Float

  /// So many bins for numbers within ±limit.
  public init(count: Int, limit: Float) {
    precondition(count > 1 && limit > 0, "\(count) bins within ±\(limit)")
    self.count = count
    self.limit = limit
  }

  /// symlog(x) at the centre of each bin.
  private var centers: [Float] {
    let end = symlog(limit)
    return (0..<count).map { end * (2 * Float($0) / Float(count - 1) - 1) }
  }

  /// The weights of each number, `[values.count, bins]`.
  public func weights(_ values: [Float]) -> Tensor {
    let end = symlog(limit)
    var weights = [Float](repeating: 0, count: values.count * count)
    for (row, value) in values.enumerated() {
      let place = (min(1, max(-1, symlog(value) / end)) + 1) / 2 * Float(count - 1)
      let below = min(count - 2, Int(place))
      let share = place - Float(below)
      weights[row * count + below] = 1 - share
      weights[row * count + below + 1] = share
    }
    return Tensor(weights, shape: [values.count, count])
  }

  /// The mean cross-entropy of logits `[N, bins]` for these N numbers, a scalar.
  public func loss(_ logits: Tensor, _ values: [Float]) -> Tensor {
    let end = symlog(limit)
    return twoHotCrossEntropy(
      logits, targets: Tensor(values, shape: [values.count]), range: -end...end
    ).mean()
  }

  /// The number that each row of logits `[N, bins]` expects.
  public func values(_ logits: Tensor) -> [Float] {
    let column = Tensor(centers, shape: [count, 1])
    return logits.softmax().matmul(column).scalars.map(symexp)
  }
}
