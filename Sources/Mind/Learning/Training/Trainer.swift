// The training loop's one step: fixed shards, summed in a fixed order.

public import Networks
public import Tensors

/// What is to be learned: a loss over batches that are a pure function of the step and the shard.
public protocol Course: Sendable {
  /// What learns.
  associatedtype Model: Module
  /// The mean loss of one shard of one step's batch.
  func loss(of model: Model, step: Int, shard: Int) -> Tensor
}

/// How long and how fast to learn.
public struct Schedule: Codable, Sendable, Hashable {
  /// Steps in all.
  public var steps: Int
  /// The highest learning rate.
  public var rate: Float
  /// Weight decay, decoupled.
  public var decay: Float
  /// Gradients are scaled down to this norm.
  public var clip: Float
  /// How the factors of matrix products are held.
  public var precision: Precision

  /// How long and how fast to learn.
  public init(
    steps: Int, rate: Float, decay: Float = 1e-3, clip: Float = 1, precision: Precision = .float32
  ) {
    self.steps = steps
    self.rate = rate
    self.decay = decay
    self.clip = clip
    self.precision = precision
  }

  /// Whether one can learn by it: a file may say anything.
  var isSound: Bool {
    (1...Self.stepsMax).contains(steps) && rate.isFinite && rate >= 0
      && decay.isFinite && decay >= 0 && clip > 0
  }

  /// More steps than anybody has the time for.
  private static let stepsMax = 1_000_000_000
}

/// A model on its way, and all that is needed to go on with it: nothing else has a state.
///
/// The batch of a step is split into the same shards whatever the number of workers, and their
/// gradients are summed in the same order, so that a run repeats bit for bit on one machine.
public struct Trainer<C: Course>: Sendable {
  /// Shards of a step.
  public static var shards: Int { 4 }

  /// What is learned.
  public internal(set) var course: C
  /// How long and how fast.
  public let schedule: Schedule
  /// What learns.
  public internal(set) var model: C.Model
  /// The optimizer's moments.
  public internal(set) var optimizer: AdamW
  /// Steps taken.
  public internal(set) var step = 0

  /// A model at the start of a course.
  public init(_ model: C.Model, course: C, schedule: Schedule) {
    self.model = model
    self.course = course
    self.schedule = schedule
    optimizer = AdamW(for: model, .init(beta2: 0.98, decay: schedule.decay))
  }

  /// Goes on where a checkpoint was written, with the model that it was begun with.
  mutating func resume(
    at step: Int, from checkpoints: Checkpoints
  ) throws(CheckpointsError) {
    try checkpoints.load(into: &optimizer)
    self.step = step
  }

  /// Whether nothing is left to be done.
  public var isDone: Bool { step >= schedule.steps }

  /// Takes one step.
  ///
  /// - Returns: the loss and the norm of the gradient before it was clipped.
  public mutating func advance(on workers: Workers) -> (loss: Float, gradientNorm: Float) {
    precondition(!isDone, "step \(step) of \(schedule.steps)")
    let parts = shards(on: workers)
    let share = 1 / Float(Self.shards)
    let (gradients, norm) = Gradients.combined(
      parts.map(\.gradients), scale: share, on: workers)
    let loss = parts.dropFirst().reduce(parts[0].value.item) { $0 + $1.value.item }
    let rates = CosineSchedule(
      peak: schedule.rate, floor: 0.01, warmup: max(1, schedule.steps / 50), steps: schedule.steps)
    optimizer.update(
      &self.model, with: gradients, scale: norm > schedule.clip ? schedule.clip / norm : 1,
      rate: rates.rate(at: step), on: workers)
    self.step += 1
    return (loss * share, norm)
  }

  /// Loss and gradient of each shard.
  private func shards(on workers: Workers) -> [(value: Tensor, gradients: Gradients)] {
    let (model, course, step, precision) = (model, course, step, schedule.precision)
    return workers.map(Self.shards) { shard in
      precision.run {
        valueWithGradients(of: model) { course.loss(of: $0, step: step, shard: shard) }
      }
    }
  }
}
