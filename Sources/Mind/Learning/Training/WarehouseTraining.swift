// From what was collected to a trained model of the warehouse, stage by stage.

import Basics
import Networks
public import Tensors
import WorldModels

/// How long each part of the model learns.
public struct TrainingPlan: Codable, Sendable, Hashable {
  /// How the robot moves.
  public var motion: Schedule
  /// How others move.
  public var movers: Schedule
  /// Who steps out from behind corners.
  public var emergence: Schedule
  /// What the lidar shows.
  public var lidar: Schedule

  /// A plan whose parts take this share of the steps of the demo.
  public init(scale: Double = 1) {
    func schedule(_ steps: Double, rate: Float) -> Schedule {
      Schedule(steps: max(1, Int((steps * scale).rounded())), rate: rate)
    }
    motion = schedule(1500, rate: 3e-3)
    movers = schedule(1500, rate: 2e-3)
    emergence = schedule(600, rate: 2e-3)
    lidar = schedule(300, rate: 2e-3)
  }
}

/// A training on its way. Everything it needs to go on is in its checkpoint; the batches are a
/// function of the seed and the step.
public struct WarehouseTraining: Sendable {
  /// The parts, in the order in which they are learned.
  public enum Stage: String, Codable, Sendable, CaseIterable {
    case motion, movers, emergence, lidar
  }

  /// What a checkpoint holds besides the parameters and the optimizer's moments.
  public struct State: Codable, Sendable, Hashable {
    /// Names the initial weights and the batches.
    public var seed: UInt64
    /// How long each part learns.
    public var plan: TrainingPlan
    /// What is being learned.
    public var stage: Stage
    /// Steps taken in this stage.
    public var step: Int
  }

  /// What one step did.
  public struct Progress: Sendable, Hashable {
    /// What was learned.
    public var stage: Stage
    /// Steps taken in the stage.
    public var step: Int
    /// Steps of the stage.
    public var steps: Int
    /// Steps taken in all stages.
    public var total: Int
    /// The loss.
    public var loss: Float
    /// The norm of the gradient before it was clipped.
    public var gradientNorm: Float
  }

  private enum Active: Sendable {
    case motion(Trainer<MotionCourse>)
    case movers(Trainer<MoverCourse>)
    case emergence(Trainer<EmergenceCourse>)
    case lidar(Trainer<LidarCourse>)
    case nothing
  }

  /// What is learned from.
  public let records: WarehouseRecords
  /// Names the initial weights and the batches.
  public let seed: UInt64
  /// How long each part learns.
  public let plan: TrainingPlan
  /// The model; the part being learned is as of the last step.
  public private(set) var model: WarehouseModel
  private var active: Active = .nothing

  /// A training from the start.
  public init(records: WarehouseRecords, seed: UInt64, plan: TrainingPlan) {
    self.records = records
    self.seed = seed
    self.plan = plan
    var random = Random(seed: seed, stream: 0x6D6F_6465_6C)
    model = WarehouseModel(random: &random)
    begin(.motion)
  }

  /// The training that the newest checkpoint in a folder holds.
  public init(
    records: WarehouseRecords, resuming checkpoints: Checkpoints
  ) throws(CheckpointsError) {
    let state = try checkpoints.state(State.self)
    self.init(records: records, seed: state.seed, plan: state.plan)
    try checkpoints.load(into: &model)
    begin(state.stage)
    switch active {
    case .motion(var trainer):
      try trainer.resume(at: state.step, from: checkpoints)
      active = .motion(trainer)
    case .movers(var trainer):
      try trainer.resume(at: state.step, from: checkpoints)
      active = .movers(trainer)
    case .emergence(var trainer):
      try trainer.resume(at: state.step, from: checkpoints)
      active = .emergence(trainer)
    case .lidar(var trainer):
      try trainer.resume(at: state.step, from: checkpoints)
      active = .lidar(trainer)
    case .nothing: break
    }
    if isStageDone { beginNext() }
  }

  /// Whether nothing is left to be learned.
  public var isDone: Bool {
    if case .nothing = active { return true }
    return false
  }

  /// Steps of all stages.
  public var stepsMax: Int { Stage.allCases.reduce(0) { $0 + plan[$1].steps } }

  /// Takes one step.
  public mutating func advance(on workers: Workers) -> Progress {
    let result: (loss: Float, gradientNorm: Float)
    let state = state
    switch active {
    case .motion(var trainer):
      active = .nothing
      result = trainer.advance(on: workers)
      model.motion = trainer.model
      active = .motion(trainer)
    case .movers(var trainer):
      active = .nothing
      result = trainer.advance(on: workers)
      model.movers = trainer.model
      active = .movers(trainer)
    case .emergence(var trainer):
      active = .nothing
      result = trainer.advance(on: workers)
      model.emergence = trainer.model
      active = .emergence(trainer)
    case .lidar(var trainer):
      active = .nothing
      result = trainer.advance(on: workers)
      model.lidar = trainer.model
      active = .lidar(trainer)
    case .nothing: preconditionFailure("a step after the last of \(stepsMax)")
    }
    let progress = Progress(
      stage: state.stage, step: state.step + 1, steps: plan[state.stage].steps, total: total,
      loss: result.loss, gradientNorm: result.gradientNorm)
    if isStageDone { beginNext() }
    return progress
  }

  /// Writes a checkpoint from which `init(records:resuming:)` goes on exactly.
  public func save(to checkpoints: Checkpoints) throws(FileError) {
    let optimizer =
      switch active {
      case .motion(let trainer): trainer.optimizer
      case .movers(let trainer): trainer.optimizer
      case .emergence(let trainer): trainer.optimizer
      case .lidar(let trainer): trainer.optimizer
      case .nothing: AdamW(for: model.lidar)
      }
    try checkpoints.save(step: total, model: model, optimizer: optimizer, state: state)
  }

  /// What the checkpoint says.
  public var state: State {
    switch active {
    case .motion(let trainer): State(seed: seed, plan: plan, stage: .motion, step: trainer.step)
    case .movers(let trainer): State(seed: seed, plan: plan, stage: .movers, step: trainer.step)
    case .emergence(let trainer):
      State(seed: seed, plan: plan, stage: .emergence, step: trainer.step)
    case .lidar(let trainer): State(seed: seed, plan: plan, stage: .lidar, step: trainer.step)
    case .nothing: State(seed: seed, plan: plan, stage: .lidar, step: plan.lidar.steps)
    }
  }

  /// Steps taken in all stages.
  public var total: Int {
    let state = state
    let before = Stage.allCases.prefix { $0 != state.stage }
    return before.reduce(state.step) { $0 + plan[$1].steps }
  }

  private var isStageDone: Bool {
    let state = state
    return state.step >= plan[state.stage].steps
  }

  private mutating func beginNext() {
    let stages = Stage.allCases
    guard let index = stages.firstIndex(of: state.stage), index + 1 < stages.count else {
      active = .nothing
      return
    }
    begin(stages[index + 1])
  }

  private mutating func begin(_ stage: Stage) {
    switch stage {
    case .motion:
      active = .motion(
        Trainer(
          model.motion, course: MotionCourse(records: records.motion, seed: seed),
          schedule: plan.motion))
    case .movers:
      active = .movers(
        Trainer(
          model.movers, course: MoverCourse(records: records.movers, seed: seed),
          schedule: plan.movers))
    case .emergence:
      active = .emergence(
        Trainer(
          model.emergence, course: EmergenceCourse(records: records.movers, seed: seed),
          schedule: plan.emergence))
    case .lidar:
      active = .lidar(
        Trainer(
          model.lidar, course: LidarCourse(records: records.lidar, seed: seed),
          schedule: plan.lidar))
    }
  }
}

extension TrainingPlan {
  /// How long a part learns.
  public subscript(stage: WarehouseTraining.Stage) -> Schedule {
    switch stage {
    case .motion: motion
    case .movers: movers
    case .emergence: emergence
    case .lidar: lidar
    }
  }
}
