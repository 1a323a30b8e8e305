// Work on flat buffers for optimizers.

import CKernels

/// A step of AdamW: all that is the same for every parameter.
public struct AdamStep: Sendable {
  /// Gradients are multiplied by this first.
  public var scale: Float
  /// How far to go.
  public var rate: Float
  /// How much of the first and of the second moment stays.
  public var beta1, beta2: Float
  /// What keeps the division finite.
  public var epsilon: Float
  /// Which step this is, counted from 1.
  public var step: Int

  /// A step of AdamW.
  public init(
    scale: Float, rate: Float, beta1: Float, beta2: Float, epsilon: Float, step: Int
  ) {
    self.scale = scale
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.step = step
  }

  /// Moves all parameters in place, each against its gradient and with its own decay. `first` and
  /// `second` are the running moments of all of them one after another, in one flat buffer each.
  public func move(
    _ parameters: inout [Tensor], against gradients: [Tensor], decays: [Float],
    first: inout Tensor, second: inout Tensor, on workers: Workers
  ) {
    let count = parameters.reduce(0) { $0 + $1.count }
    precondition(
      gradients.count == parameters.count && decays.count == parameters.count
        && first.count == count && second.count == count,
      "\(gradients.count) gradients, \(decays.count) decays and moments of \(first.count) and "
        + "\(second.count) for \(parameters.count) parameters of \(count) numbers")
    first.makeUnique()
    second.makeUnique()
    var jobs: [(parameter: Storage, gradient: Storage, offset: Int)] = []
    var offset = 0
    for i in parameters.indices {
      precondition(
        gradients[i].shape == parameters[i].shape,
        "a gradient of shape \(gradients[i].shape) for the shape \(parameters[i].shape)")
      parameters[i].node = nil
      if !isKnownUniquelyReferenced(&parameters[i].storage) {
        parameters[i].storage = Storage(copying: parameters[i].storage)
      }
      jobs.append((parameters[i].storage, gradients[i].storage, offset))
      offset += parameters[i].count
    }
    let (m, v) = (first.storage, second.storage)
    _ = workers.map(jobs.count) { [jobs] i in
      let job = jobs[i]
      job.parameter.change {
        kernel_adamw(
          job.parameter.count, job.parameter.base, job.gradient.base, m.base + job.offset,
          v.base + job.offset, scale, rate, beta1, beta2, epsilon, decays[i],
          1 - power(beta1, step), 1 - power(beta2, step))
      }
    }
  }
}

extension Tensor {
  /// scale · Σ parts, added in their order, and Σ of its squares, in one pass.
  public static func combined(
    _ parts: [Tensor], scale: Float
  ) -> (sum: Tensor, squaredLength: Double) {
    precondition(
      !parts.isEmpty && parts.allSatisfy { $0.shape == parts[0].shape },
      "a sum of the shapes \(parts.map(\.shape))")
    let sum = Tensor(unwritten: parts[0].shape)
    var bases: [UnsafePointer<Float>?] = parts.map { UnsafePointer($0.base) }
    return (sum, kernel_combine(sum.count, parts.count, &bases, scale, sum.base))
  }

  /// Whether every element is a finite number.
  public var isFinite: Bool { (0..<count).allSatisfy { base[$0].isFinite } }
}

/// A whole power by repeated squaring, the same on every machine.
private func power(_ base: Float, _ exponent: Int) -> Float {
  var (result, factor, left) = (1.0, Double(base), exponent)
  while left > 0 {
    if left & 1 == 1 { result *= factor }
    factor *= factor
    left >>= 1
  }
  return Float(result)
}
