// A training goes on exactly, does not depend on who computes, and is served as it was trained.
import Basics
import Environments
import Foundation
import Learning
import Networks
import Tensors
import Testing
import WorldModels

@Suite struct WarehouseTrainingTests {
  private let folder = Folder()

  private func records(on workers: Workers) throws -> WarehouseRecords {
    let drives = Collection(world: .yard, episodes: 6, steps: 60, seed: 1, lidar: false)
    let rounds = Collection(world: .warehouse, episodes: 3, steps: 80, seed: 2)
    _ = try Collector(drives, into: folder.file("drives")).run(on: workers) { _ in true }
    _ = try Collector(rounds, into: folder.file("rounds")).run(on: workers) { _ in true }
    return try WarehouseRecords(
      drives: .open(folder.file("drives")), rounds: .open(folder.file("rounds")), on: workers)
  }

  private func plan() -> TrainingPlan {
    var plan = TrainingPlan()
    for stage in [
      \TrainingPlan.motion, \.movers, \.emergence, \.lidar, \.proposals.learning,
      \.regret.learning,
    ] {
      plan[keyPath: stage].steps = 3
    }
    (plan.proposals.missions, plan.regret.missions) = (1, 1)
    return plan
  }

  private func values(_ training: WarehouseTraining) -> [[Float]] {
    training.model.parameters.map(\.value.scalars)
  }

  /// The last two parts drive a mission, and then learn for three steps each.
  @Test func resumesExactlyWhateverTheWorkers() throws {
    let one = Workers(count: 1)
    let two = Workers(count: 2)
    let records = try records(on: one)
    var whole = WarehouseTraining(records: records, seed: 5, plan: plan())
    #expect(whole.stepsMax == 20)
    var early: [[Float]] = []
    while !whole.isDone {
      _ = whole.advance(on: one)
      if whole.total == 12 { early = values(whole) }
    }
    for (stop, end) in [(1, 12), (7, 12), (11, 12), (12, 20), (14, 20), (16, 20), (18, 20)] {
      var first = WarehouseTraining(records: records, seed: 5, plan: plan())
      for _ in 0..<stop { _ = first.advance(on: two) }
      let checkpoints = Checkpoints(in: folder.file("run-\(stop)"))
      try first.save(to: checkpoints)
      var second = try WarehouseTraining(records: records, resuming: checkpoints)
      #expect(second.total == stop)
      while second.total < end { _ = second.advance(on: two) }
      let isSame = values(second) == (end == 12 ? early : values(whole))
      #expect(isSame, "stopped after \(stop) steps")
    }
  }

  /// Train/serve skew: the batch that training sees and the stream that drives imagine the same.
  @Test func servesWhatItTrained() throws {
    let records = try records(on: Workers(count: 1)).motion
    var random = Random(seed: 2)
    let model = RobotModel(random: &random)
    let (start, horizon) = (30, 12)
    let batch = records.batch([2], starts: [[start]], horizon: horizon)
    var state: Backbone.State?
    let memory = model.remember(batch.features, state: &state)
    let summary = memory.reshaped([memory.shape[1], memory.shape[2]]).gathered(rows: batch.starts)
    let motion = model.imagine(batch.commands, from: model.start(summary, base: batch.base))

    let store = try EpisodeStore.open(folder.file("drives"))
    let drive = try DriveEpisode(store.episodes[2], of: store)
    var learned = LearnedMotion(model)
    learned.begin()
    for t in 0...start {
      learned.observe(drive.readings[t], after: t == 0 ? (0, 0) : drive.commands[t - 1])
    }
    var commands = CommandBatch(samples: 1, steps: horizon)
    for k in 0..<horizon { (commands.v[k], commands.w[k]) = drive.commands[start + k] }
    var paths = PathBatch(samples: 1, steps: horizon)
    learned.imagine(commands, into: &paths)
    let anchor = (start + 2 * records.length) * 3
    let (x, y) = (records.anchors[anchor], records.anchors[anchor + 1])
    let (s, c) = sineCosine(records.anchors[anchor + 2])
    let members = motion.members.count
    for k in 0..<horizon {
      let ahead = motion.members.reduce(0) { $0 + $1.x.scalars[k] } / Float(members)
      let aside = motion.members.reduce(0) { $0 + $1.y.scalars[k] } / Float(members)
      #expect(abs(paths.x[k] - (x + c * ahead - s * aside)) < 1e-4)
      #expect(abs(paths.y[k] - (y + s * ahead + c * aside)) < 1e-4)
      let (long, wide) = (motion.doubt.x.scalars[k], motion.doubt.y.scalars[k])
      #expect(abs(paths.doubt[k] - (long * long + wide * wide).squareRoot()) < 1e-5)
    }
  }

  @Test func thePlanHoldsFactorsAsItIsTold() {
    let plan = TrainingPlan(scale: 0.1, precision: .bfloat16)
    #expect(WarehouseTraining.Stage.allCases.allSatisfy { plan[$0].precision == .bfloat16 })
    #expect(TrainingPlan().motion.precision == .float32)
  }

  private typealias Damage = (what: String, to: @Sendable (inout WarehouseTraining.State) -> Void)

  private static let damages: [Damage] = [
    ("a step below 0", { $0.step = -1 }), ("a step beyond the stage", { $0.step = 4 }),
    ("the last step", { $0.step = .max }), ("no steps", { $0.plan.lidar.steps = 0 }),
    ("endless steps", { $0.plan.motion.steps = .max }),
    ("fewer missions than none", { $0.plan.regret.missions = -20 }),
    ("endless missions", { $0.plan.proposals.missions = .max }),
    ("a rate that is no number", { $0.plan.movers.rate = .nan }),
    ("a decay below 0", { $0.plan.movers.decay = -1 }),
    ("a clip of nothing", { $0.plan.emergence.clip = 0 }),
  ]

  /// A checkpoint may say anything; a state that no training can be in is refused.
  @Test func refusesAStateThatCanNotBe() throws {
    let records = try records(on: Workers(count: 1))
    let checkpoints = Checkpoints(in: folder.file("run"))
    var training = WarehouseTraining(records: records, seed: 5, plan: plan())
    _ = training.advance(on: Workers(count: 1))
    try training.save(to: checkpoints)
    #expect(try WarehouseTraining(records: records, resuming: checkpoints).total == 1)
    let path = checkpoints.folder + "/checkpoint-00000001/state.json"
    for damage in Self.damages {
      var state = training.state
      damage.to(&state)
      try Files.write(try JSON.encoded(state), to: path)
      #expect(throws: CheckpointsError.badState(path: path), "\(damage.what)") {
        _ = try WarehouseTraining(records: records, resuming: checkpoints)
      }
    }
  }

  @Test func refusesAnotherModelsCheckpoint() throws {
    let records = try records(on: Workers(count: 1))
    let checkpoints = Checkpoints(in: folder.file("run"))
    var training = WarehouseTraining(records: records, seed: 5, plan: plan())
    _ = training.advance(on: Workers(count: 1))
    try training.save(to: checkpoints)
    var random = Random(seed: 1)
    var other = RobotModel(random: &random)
    #expect(throws: CheckpointsError.self) { try checkpoints.load(into: &other) }
  }
}
