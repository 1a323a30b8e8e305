// The optimizer AdamW and the schedule of its rate.

import Basics
public import Tensors

/// Adam with decoupled decay (Loshchilov and Hutter, 2019). Its running moments are two flat buffers
/// in visit order.
public struct AdamW: Sendable {
  /// What does not change during a training.
  public struct Configuration: Sendable, Codable, Hashable {
    /// How much of the first moment stays a step.
    public var beta1: Float
    /// How much of the second moment stays a step.
    public var beta2: Float
    /// What keeps the division finite.
    public var epsilon: Float
    /// The pull towards zero, times the rate, on parameters of two axes or more; offsets, norms
    /// and other vectors are left alone.
    public var decay: Float

    /// The usual values.
    public init(
      beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, decay: Float = 1e-3
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.decay = decay
    }
  }

  /// What does not change during a training.
  public let configuration: Configuration
  /// How many steps were taken.
  public private(set) var step = 0
  private var first: Tensor
  private var second: Tensor

  /// An optimizer for models with the parameters of this one.
  public init(for model: some Module, _ configuration: Configuration = Configuration()) {
    self.configuration = configuration
    let count = model.parameterCount
    first = Tensor(zeros: [count])
    second = Tensor(zeros: [count])
  }

  /// Moves every parameter of `model` against its gradient times `scale`.
  public mutating func update(
    _ model: inout some Module, with gradients: Gradients, scale: Float = 1, rate: Float,
    on workers: Workers = Workers(count: 1)
  ) {
    step += 1
    // The parameters are taken out of the model, so that they change in place.
    var parameters = Exchange(with: [])
    model.visit(&parameters)
    var moved = parameters.taken
    parameters.taken = []
    let decays = moved.map { $0.shape.rank >= 2 ? configuration.decay : 0 }
    AdamStep(
      scale: scale, rate: rate, beta1: configuration.beta1, beta2: configuration.beta2,
      epsilon: configuration.epsilon, step: step
    ).move(
      &moved, against: gradients.values, decays: decays, first: &first, second: &second,
      on: workers)
    var back = Exchange(with: moved)
    model.visit(&back)
  }

  /// The whole state as columns for a checkpoint, in names that begin with `optimizer.`.
  public var columns: [NamedColumn] {
    [
      NamedColumn("optimizer.step", shape: [1], .i64([Int64(step)])),
      NamedColumn("optimizer.first", shape: [first.count], .f32(first.scalars)),
      NamedColumn("optimizer.second", shape: [second.count], .f32(second.scalars)),
    ]
  }

  /// Takes up the state that `columns` wrote, bit by bit; throws and stays as it is where the file
  /// does not fit.
  public mutating func restore(from file: SafetensorsFile) throws(CheckpointError) {
    let steps: [Int64]
    let moments: [Tensor]
    do {
      steps = try file.integers("optimizer.step")
      moments = [try file.tensor("optimizer.first"), try file.tensor("optimizer.second")]
    } catch { throw .file(error) }
    for (name, moment) in zip(["optimizer.first", "optimizer.second"], moments) {
      guard moment.shape == first.shape else {
        throw .misshaped(name: name, expected: first.shape.array, found: moment.shape.array)
      }
      guard moment.isFinite else { throw .notFinite(name: name) }
    }
    guard let count = steps.first.flatMap({ Int(exactly: $0) }), steps.count == 1,
      (0...(1 << 53)).contains(count)
    else { throw .misshaped(name: "optimizer.step", expected: [1], found: [steps.count]) }
    (step, first, second) = (count, moments[0], moments[1])
  }
}

/// Takes the parameters out of a model and puts others in: nothing at first, then what was given.
private struct Exchange: ParameterVisitor {
  var taken: [Tensor] = []
  private let given: [Tensor]

  init(with given: [Tensor]) { self.given = given }

  mutating func parameter(_ name: String, _ value: inout Tensor) {
    taken.append(value)
    value = given.isEmpty ? Tensor(0) : given[taken.count - 1]
  }
  mutating func enter(_ name: String) {}
  mutating func leave() {}
}

/// A rate that rises linearly over the first steps and then falls as half a cosine.
public struct CosineSchedule: Sendable, Codable, Hashable {
  /// The highest rate.
  public var peak: Float
  /// What is left of it at the end, as a fraction.
  public var floor: Float
  /// The number of steps of the rise.
  public var warmup: Int
  /// The number of all steps.
  public var steps: Int

  /// A schedule for a training of `steps` steps.
  public init(peak: Float, floor: Float = 0, warmup: Int, steps: Int) {
    self.peak = peak
    self.floor = floor
    self.warmup = warmup
    self.steps = steps
  }

  /// The rate of a step, counted from 0.
  public func rate(at step: Int) -> Float {
    if step < warmup { return peak * Float(step + 1) / Float(warmup) }
    let progress = min(1, Float(step - warmup) / Float(max(steps - warmup, 1)))
    return peak * (floor + (1 - floor) * 0.5 * (1 + cosine(.pi * progress)))
  }
}
