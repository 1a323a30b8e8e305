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

  @Test func aResumedTrainingIsTheUninterruptedOne() throws {
    let folder = Folder()
    let store = try Self.store(.pointMass, episodes: 24, steps: 30, in: folder)
    let plan = try Self.plan(.pointMass, steps: 6)
    var whole = try LatentTraining(store, seed: 3, plan: plan)
    while !whole.isDone { _ = try whole.advance(on: Workers(count: 1)) }
    var first = try LatentTraining(store, seed: 3, plan: plan)
    for _ in 0..<3 { _ = try first.advance(on: Workers(count: 2)) }
    let checkpoints = Checkpoints(in: folder.file("run"))
    try first.save(to: checkpoints)
    var second = try LatentTraining(store, resuming: checkpoints)
    #expect(second.step == 3 && second.state == first.state)
    while !second.isDone { _ = try second.advance(on: Workers(count: 2)) }
    #expect(
      second.model.parameters.map(\.value.scalars) == whole.model.parameters.map(\.value.scalars))
  }

  @Test func aModelOfAnotherWorldIsRefused() throws {
    let folder = Folder()
    let store = try Self.store(.recall, episodes: 8, steps: 8, in: folder)
    let checkpoints = Checkpoints(in: folder.file("run"))
    let plan = try Self.plan(.recall, steps: 2)
    try LatentTraining(store, seed: 1, plan: plan).save(to: checkpoints)
    var random = Random(seed: 0)
    var other = LatentModel(
      LatentModel.Configuration(of: Delay().spec, rewardLimit: 1), random: &random)
    #expect(throws: CheckpointsError.self) { try checkpoints.load(into: &other) }
    let own = try LatentModel.trained(in: checkpoints)
    #expect(own.configuration.inputs.count == 3)
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
