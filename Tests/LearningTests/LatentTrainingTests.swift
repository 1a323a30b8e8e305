// A latent model is learned from files, goes on exactly, refuses what is not its own, and is good for
// something.
import Basics
import Environments
import Foundation
import Learning
import Networks
import Tensors
import Testing
import WorldModels

@Suite struct LatentTrainingTests {
  private static func store(_ world: WorldName, episodes: Int, steps: Int, in folder: Folder)
    throws -> EpisodeStore
  {
    let collection = Collection(world: world, episodes: episodes, steps: steps, seed: 1)
    _ = try Collector(collection, into: folder.file("episodes")).run(on: Workers(count: 2)) { _ in
      true
    }
    return try EpisodeStore.open(folder.file("episodes"))
  }

  private static func plan(_ world: WorldName, steps: Int) throws -> LatentPlan {
    var plan = try #require(LatentPlan.recommended(for: world))
    plan.schedule.steps = steps
    return plan
  }

  private static func parameters(of training: LatentTraining) -> [[Float]] {
    training.model.parameters.map(\.value.scalars)
  }

  @Test(arguments: Precision.allCases)
  func aResumedTrainingIsTheUninterruptedOne(precision: Precision) throws {
    let folder = Folder()
    let store = try Self.store(.pointMass, episodes: 24, steps: 30, in: folder)
    var plan = try Self.plan(.pointMass, steps: 6)
    plan.schedule.precision = precision
    var whole = try LatentTraining(store, seed: 3, plan: plan)
    while !whole.isDone { _ = try whole.advance(on: Workers(count: 1)) }
    var together = try LatentTraining(store, seed: 3, plan: plan)
    while !together.isDone { _ = try together.advance(on: Workers(count: 2)) }
    #expect(Self.parameters(of: together) == Self.parameters(of: whole))
    var first = try LatentTraining(store, seed: 3, plan: plan)
    for _ in 0..<3 { _ = try first.advance(on: Workers(count: 2)) }
    let checkpoints = Checkpoints(in: folder.file("run"))
    try first.save(to: checkpoints)
    var second = try LatentTraining(store, seed: 3, plan: plan)
    try second.resume(from: checkpoints)
    #expect(second.step == 3 && second.state == first.state)
    while !second.isDone { _ = try second.advance(on: Workers(count: 2)) }
    #expect(Self.parameters(of: second) == Self.parameters(of: whole))
    // The precision is that of the products, not only of the plan.
    plan.schedule.precision = precision == .float32 ? .bfloat16 : .float32
    var other = try LatentTraining(store, seed: 3, plan: plan)
    while !other.isDone { _ = try other.advance(on: Workers(count: 2)) }
    #expect(Self.parameters(of: other) != Self.parameters(of: whole))
  }

  private typealias Damage = (what: String, to: @Sendable (inout LatentTraining.State) -> Void)

  private static let damages: [Damage] = [
    ("seed", { $0.seed = 9 }), ("step", { $0.step = -1 }), ("step", { $0.step = 3 }),
    ("step", { $0.step = .max }), ("windows", { $0.plan.windows = 0 }),
    ("rows", { $0.plan.rows = 0 }), ("steps", { $0.plan.schedule.steps = -1 }),
    ("layers", { $0.plan.layers = 1 << 40 }),
    ("latent", { $0.configuration.latent = -16 }), ("width", { $0.configuration.width = 0 }),
    ("reward", { $0.configuration.reward.count = 1 }),
    ("limit", { $0.configuration.reward.limit = .nan }),
    ("inputs", { $0.configuration.inputs = [] }),
    ("mixers", { $0.configuration.mixers = [.slidingWindow(-1)] }),
  ]

  /// A checkpoint may say anything; nothing is built from it.
  @Test func aForeignOrDamagedCheckpointIsRefused() throws {
    let folder = Folder()
    let store = try Self.store(.recall, episodes: 8, steps: 8, in: folder)
    let checkpoints = Checkpoints(in: folder.file("run"))
    var training = try LatentTraining(store, seed: 1, plan: try Self.plan(.recall, steps: 2))
    try training.save(to: checkpoints)
    try training.resume(from: checkpoints)
    for damage in Self.damages {
      var state = training.state
      damage.to(&state)
      let optimizer = AdamW(for: training.model)
      try checkpoints.save(step: 0, model: training.model, optimizer: optimizer, state: state)
      #expect(throws: CheckpointsError.otherRun(folder: checkpoints.folder), "\(damage.what)") {
        try training.resume(from: checkpoints)
      }
    }
  }

  /// Worlds of symbols are learned by the same plan.
  @Test func aTrainingOfAnotherWorldIsRefused() throws {
    let (folder, other) = (Folder(), Folder())
    let delay = try Self.store(.delay, episodes: 8, steps: 32, in: folder)
    let counting = try Self.store(.counting, episodes: 8, steps: 32, in: other)
    let plan = try Self.plan(.delay, steps: 2)
    #expect(try Self.plan(.counting, steps: 2) == plan)
    let checkpoints = Checkpoints(in: folder.file("run"))
    var training = try LatentTraining(delay, seed: 1, plan: plan)
    _ = try training.advance(on: Workers(count: 2))
    try training.save(to: checkpoints)
    var foreign = try LatentTraining(counting, seed: 1, plan: plan)
    let before = Self.parameters(of: foreign)
    #expect(throws: CheckpointsError.otherRun(folder: checkpoints.folder)) {
      try foreign.resume(from: checkpoints)
    }
    #expect(foreign.step == 0 && Self.parameters(of: foreign) == before)
  }

  @Test func countingIsLearnedFromRewardsAndActedOn() throws {
    let folder = Folder()
    let store = try Self.store(.counting, episodes: 4096, steps: 32, in: folder)
    let plan = try Self.plan(.counting, steps: 700)
    var training = try LatentTraining(store, seed: 1, plan: plan)
    let workers = Workers(count: 2)
    while !training.isDone { _ = try training.advance(on: workers) }
    let trials = LatentTrials(in: .counting, episodes: 40, plan: plan)
    let learned = trials.rewards(training.model, seed: 1, on: workers)
    let chance = trials.chance(on: workers)
    #expect(learned.meanReturn.lower > 0.8, "\(learned.meanReturn)")
    // Time runs out; nobody arrives.
    #expect(learned.finished == nil && chance.finished == nil)
    #expect(chance.meanReturn.upper < 0.45 && trials.oracle(on: workers).meanReturn.lower > 0.99)
  }

  @Test func theMassIsForetold() throws {
    let folder = Folder()
    let store = try Self.store(.pointMass, episodes: 512, steps: 60, in: folder)
    var training = try LatentTraining(store, seed: 1, plan: try Self.plan(.pointMass, steps: 1000))
    let workers = Workers(count: 2)
    while !training.isDone { _ = try training.advance(on: workers) }
    let forecast = try LatentForecast(of: training.model, on: store)
    let ten = try #require(forecast.horizons.first { $0.steps == 10 })
    // What is foretold beats the last thing seen, needs the actions, and latents have not collapsed.
    #expect(ten.skill > 0.25 && ten.shuffled > 1.5, "\(ten)")
    #expect(forecast.deviationMin > 0.05 && forecast.rank > 3 && forecast.probe > 0.8)
  }

  @Test func withoutHelpLatentsCollapseAndTheTestsShowIt() throws {
    let folder = Folder()
    let store = try Self.store(.pointMass, episodes: 128, steps: 60, in: folder)
    func rank(_ regularizer: LatentObjective.Regularizer) throws -> LatentForecast {
      var plan = try Self.plan(.pointMass, steps: 250)
      plan.objective.regularizer = regularizer
      // Nothing else may hold latents apart.
      (plan.objective.observation, plan.objective.inverse, plan.objective.reward) = (0, 0, 0)
      var training = try LatentTraining(store, seed: 1, plan: plan)
      let workers = Workers(count: 2)
      while !training.isDone { _ = try training.advance(on: workers) }
      return try LatentForecast(of: training.model, on: store)
    }
    let (alone, sig, vic) = (try rank(.none), try rank(.sigReg), try rank(.vicReg))
    #expect(alone.deviationMin < 0.2 * min(sig.deviationMin, vic.deviationMin))
    #expect(alone.rank < sig.rank && alone.rank < vic.rank, "\(alone.rank) \(sig.rank) \(vic.rank)")
  }
}
