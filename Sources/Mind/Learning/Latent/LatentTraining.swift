// From episodes of any world to a latent model of it.

import Basics
import Environments
import Networks
public import Tensors
public import WorldModels

/// Learning from the windows of one step.
public struct LatentCourse: Course {
  /// The windows of each shard.
  var shards: [LatentSequence] = []
  let seed: UInt64
  let plan: LatentPlan

  /// The mean loss of the windows of a shard.
  public func loss(of model: LatentModel, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    return parts(of: model, shards[shard], step: step, random: &random).total(plan.objective)
  }

  func parts(
    of model: LatentModel, _ sequence: LatentSequence, step: Int, random: inout Random
  ) -> LatentLoss {
    let targets = LatentTargets(
      of: sequence, starts: plan.starts, horizon: plan.horizon(at: step), random: &random)
    return model.loss(sequence, targets, plan.objective, random: &random)
  }
}

/// A training of a latent model on its way. The windows of a step are a function of the episodes, the
/// seed and the step.
public struct LatentTraining: Sendable {
  /// What a checkpoint holds besides the parameters and the optimizer's moments.
  public struct State: Codable, Sendable, Hashable {
    /// Names the initial weights and the windows.
    public var seed: UInt64
    /// How it learns.
    public var plan: LatentPlan
    /// What the model is made of.
    public var configuration: LatentModel.Configuration
    /// Steps taken.
    public var step: Int
  }

  /// The share of the episodes that are not learned from.
  public static let heldOutShare: Float = 0.1

  private let replay: Replay
  private let heldOut: Replay
  private var trainer: Trainer<LatentCourse>
  private let seed: UInt64
  private let plan: LatentPlan

  /// A training from the start.
  public init(
    _ store: EpisodeStore, seed: UInt64, plan: LatentPlan
  ) throws(SafetensorsError) {
    var configuration = LatentModel.Configuration(
      of: store.spec, rewardLimit: try Self.largestReward(in: store))
    configuration.mixers = Array(repeating: .gatedDelta, count: plan.layers)
    let parts = store.split(heldOut: Self.heldOutShare)
    // A handful of episodes may all fall on one side: then both learn and judge from all.
    func windows(of part: EpisodeStore, seed: UInt64) -> Replay {
      Replay(
        part.episodes.isEmpty ? store : part, batch: plan.windows, length: plan.rows, seed: seed)
    }
    replay = windows(of: parts.training, seed: seed)
    heldOut = windows(of: parts.heldOut, seed: seed)
    self.seed = seed
    self.plan = plan
    var random = Random(seed: seed, stream: 0x6C61_7465_6E74)
    trainer = Trainer(
      LatentModel(configuration, random: &random), course: LatentCourse(seed: seed, plan: plan),
      schedule: plan.schedule)
  }

  /// Goes on where the newest checkpoint in a folder was written, exactly.
  ///
  /// A file may say anything, so nothing is built from what this one says: it has to be of this very
  /// training. Where it is not, the training stays as it is.
  public mutating func resume(from checkpoints: Checkpoints) throws(CheckpointsError) {
    let found = try checkpoints.state(State.self)
    var own = state
    own.step = found.step
    guard found == own, found.step >= 0 && found.step <= plan.schedule.steps else {
      throw .otherRun(folder: checkpoints.folder)
    }
    var resumed = trainer
    try checkpoints.load(into: &resumed.model)
    try resumed.resume(at: found.step, from: checkpoints)
    trainer = resumed
  }

  /// The model as of the last step.
  public var model: LatentModel { trainer.model }
  /// Steps taken.
  public var step: Int { trainer.step }
  /// Whether nothing is left to be learned.
  public var isDone: Bool { trainer.isDone }
  /// What the checkpoint says.
  public var state: State {
    State(
      seed: seed, plan: plan, configuration: trainer.model.configuration, step: trainer.step)
  }

  /// Takes one step.
  ///
  /// - Returns: the loss and the norm of the gradient before it was clipped.
  public mutating func advance(
    on workers: Workers
  ) throws(SafetensorsError) -> (loss: Float, gradientNorm: Float) {
    trainer.course.shards = try LatentSequence.shards(
      of: replay.batch(at: trainer.step), replay.store.spec, count: Trainer<LatentCourse>.shards)
    return trainer.advance(on: workers)
  }

  /// The parts of the loss on windows that are not learned from, by name.
  public func heldOutLoss() throws(SafetensorsError) -> [(name: String, value: Double)] {
    let sequence = try LatentSequence.shards(
      of: heldOut.batch(at: 0), heldOut.store.spec, count: 1)[0]
    var random = Random(seed: seed, stream: 0x6865_6C64)
    let last = plan.schedule.steps
    return trainer.course.parts(of: trainer.model, sequence, step: last, random: &random).values
  }

  /// Writes a checkpoint from which `resume(from:)` goes on exactly.
  public func save(to checkpoints: Checkpoints) throws(FileError) {
    try checkpoints.save(
      step: trainer.step, model: trainer.model, optimizer: trainer.optimizer, state: state)
  }

  /// The largest reward of all episodes, up to its sign; never 0.
  private static func largestReward(in store: EpisodeStore) throws(SafetensorsError) -> Float {
    var largest: Float = 0
    for episode in store.episodes {
      for reward in try store.values(of: "reward", in: episode) where reward.isFinite {
        largest = max(largest, abs(reward))
      }
    }
    return largest > 0 ? largest : 1
  }
}

extension LatentSequence {
  /// The windows of a batch, cut into equal parts.
  static func shards(
    of batch: ReplayBatch, _ spec: EnvironmentSpec, count: Int
  ) -> [LatentSequence] {
    precondition(
      batch.batch % count == 0, "\(batch.batch) windows do not fall into \(count) equal parts")
    let size = batch.batch / count
    return (0..<count).map { part in
      func rows(_ values: [Float], _ width: Int) -> [Float] {
        let length = size * batch.length * width
        return Array(values[part * length..<(part + 1) * length])
      }
      return LatentSequence(
        batch: size, length: batch.length,
        observations: spec.modalities.map { rows(batch["observation/\($0.name)"], $0.count) },
        actions: rows(batch["action"], spec.actions.count), rewards: rows(batch["reward"], 1),
        terminated: rows(batch["terminated"], 1), isFirst: rows(batch.isFirst, 1))
    }
  }
}
