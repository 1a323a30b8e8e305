// From what was collected to a trained model of the warehouse, stage by stage.

import Basics
import Networks
import Planning
public import Tensors
import WorldModels

/// A training on its way. Everything it needs to go on is in its checkpoint; the batches are a
/// function of the seed and the step.
public struct WarehouseTraining: Sendable {
  /// The parts, in the order in which they are learned.
  public enum Stage: String, Codable, Sendable, CaseIterable {
    case motion, movers, emergence, lidar, proposals, regret

    static let last = regret

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

    /// Whether nothing is left to be learned.
    public var isDone: Bool {
      stage == Stage.last && step >= plan.steps(of: stage)
    }
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
    /// The loss; nil where missions were driven to learn from.
    public var loss: Float?
    /// The norm of the gradient before it was clipped.
    public var gradientNorm: Float
  }

  /// What is learned from.
  public let records: WarehouseRecords
  /// Names the initial weights and the batches.
  public let seed: UInt64
  /// How long each part learns.
  public let plan: TrainingPlan
  /// The model; the part being learned is as of the last step.
  public private(set) var model: WarehouseModel
  /// What is being learned; nil when all is done.
  private var learner: (any Learner)?

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
    try learner?.resume(at: state.step, from: checkpoints)
    if isStageDone { beginNext() }
  }

  /// Whether nothing is left to be learned.
  public var isDone: Bool { learner == nil }

  /// Steps of all stages.
  public var stepsMax: Int { Stage.allCases.reduce(0) { $0 + plan.steps(of: $1) } }

  /// Takes one step.
  public mutating func advance(on workers: Workers) -> Progress {
    guard var learner else { preconditionFailure("a step after the last of \(stepsMax)") }
    let stage = state.stage
    self.learner = nil
    let result = learner.advance(on: workers)
    learner.install(in: &model)
    self.learner = learner
    let progress = Progress(
      stage: stage, step: learner.step, steps: plan.steps(of: stage), total: total,
      loss: result?.loss, gradientNorm: result?.gradientNorm ?? 0)
    if isStageDone { beginNext() }
    return progress
  }

  /// Writes a checkpoint from which `init(records:resuming:)` goes on exactly.
  public func save(to checkpoints: Checkpoints) throws(FileError) {
    try checkpoints.save(
      step: total, model: model, optimizer: learner?.optimizer ?? AdamW(for: model.regret),
      state: state)
  }

  /// What the checkpoint says.
  public var state: State {
    let last = Stage.last
    return State(
      seed: seed, plan: plan, stage: learner?.stage ?? last,
      step: learner?.step ?? plan.steps(of: last))
  }

  /// Steps taken in all stages.
  public var total: Int {
    let state = state
    let before = Stage.allCases.prefix { $0 != state.stage }
    return before.reduce(state.step) { $0 + plan.steps(of: $1) }
  }

  private var isStageDone: Bool {
    let state = state
    return state.step >= plan.steps(of: state.stage)
  }

  private mutating func beginNext() {
    let stages = Stage.allCases
    guard let index = stages.firstIndex(of: state.stage), index + 1 < stages.count else {
      learner = nil
      return
    }
    begin(stages[index + 1])
  }

  private mutating func begin(_ stage: Stage) {
    switch stage {
    case .motion:
      begin(stage, at: \.motion, MotionCourse(records: records.motion, seed: seed))
    case .movers:
      begin(stage, at: \.movers, MoverCourse(records: records.movers, seed: seed))
    case .emergence:
      begin(stage, at: \.emergence, EmergenceCourse(records: records.movers, seed: seed))
    case .lidar:
      begin(stage, at: \.lidar, LidarCourse(records: records.lidar, seed: seed))
    case .proposals:
      let rehearsal = Rehearsal(model, seed: seed)
      rehearse(stage, at: \.proposals, ProposalCourse(seed: seed), plan.proposals) {
        rehearsal.search(mission: $0)
      }
    case .regret:
      let rehearsal = Rehearsal(model, seed: seed)
      rehearse(stage, at: \.regret, RegretCourse(seed: seed), plan.regret) {
        rehearsal.compare(mission: $0)
      }
    }
  }

  /// Begins a stage that learns from missions that the model drives itself.
  private mutating func rehearse<C: RehearsedCourse>(
    _ stage: Stage, at place: any WritableKeyPath<WarehouseModel, C.Model> & Sendable, _ course: C,
    _ schedule: RehearsedSchedule, drive: @escaping @Sendable (_ mission: Int) -> C.Records
  ) {
    learner = RehearsingLearner(
      stage: stage, place: place, model: model[keyPath: place], course: course,
      schedule: schedule, drive: drive)
  }

  private mutating func begin<C: Course>(
    _ stage: Stage, at place: any WritableKeyPath<WarehouseModel, C.Model> & Sendable, _ course: C
  ) {
    learner = PartLearner(
      stage: stage, place: place,
      trainer: Trainer(model[keyPath: place], course: course, schedule: plan[stage]))
  }
}

extension WarehouseTraining.State {
  /// Reads a state that a training can be in, and no other: a file may say anything.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    seed = try values.decode(UInt64.self, forKey: .seed)
    plan = try values.decode(TrainingPlan.self, forKey: .plan)
    stage = try values.decode(WarehouseTraining.Stage.self, forKey: .stage)
    step = try values.decode(Int.self, forKey: .step)
    guard isSound else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "no training can be in this state"))
    }
  }

  private var isSound: Bool {
    plan.isSound && (0...plan.steps(of: stage)).contains(step)
  }
}
