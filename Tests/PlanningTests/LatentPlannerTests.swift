// The cross-entropy planner on costs whose best plan is known.
import Basics
import Environments
import Planning
import Tensors
import Testing
import WorldModels

@Suite struct LatentPlannerTests {
  /// The distance of a plan from a known one.
  struct Target: Objective {
    let best: [Float]

    func weigh(_ plans: Span<Float>, costs: inout MutableSpan<Float>) {
      for i in costs.indices {
        costs[i] = best.indices.reduce(0) {
          let off = best[$1] - plans[i * best.count + $1]
          return $0 + off * off
        }
      }
    }
  }

  @Test(arguments: [Float(0), 1, 2]) func aContinuousPlanIsFound(colour: Float) {
    let best: [Float] = (0..<8).flatMap { [0.8 * sine(0.5 * Float($0)), 1.7] }
    var configuration = CrossEntropyPlanner.Configuration(horizon: 8)
    (configuration.samples, configuration.rounds, configuration.colour) = (256, 12, colour)
    var planner = CrossEntropyPlanner(
      configuration, actions: .continuous([-1...1, 0...2]))
    var random = Random(seed: 1)
    planner.plan(Target(best: best), random: &random)
    let error = zip(best, planner.best).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(error < 0.3 && abs(planner.cost - error) < 1e-4)
  }

  @Test func plansKeepWithinTheirRangesAndNaNIsNeverChosen() {
    struct Wild: Objective {
      func weigh(_ plans: Span<Float>, costs: inout MutableSpan<Float>) {
        for i in costs.indices {
          let sum = (i * 6..<(i + 1) * 6).reduce(0) { $0 + plans[$1] }
          costs[i] = sum > 3 ? .nan : -sum
        }
      }
    }
    var planner = CrossEntropyPlanner(.init(horizon: 6), actions: .continuous([-0.5...1]))
    var random = Random(seed: 2)
    for _ in 0..<10 {
      planner.plan(Wild(), random: &random)
      #expect(planner.best.allSatisfy { (-0.5...1).contains($0) })
      #expect(planner.best.reduce(0, +) <= 3)
    }
  }

  @Test func choicesAreFound() {
    let best: [Float] = [2, 0, 1, 3, 3, 0]
    var planner = CrossEntropyPlanner(.init(horizon: 6), actions: .discrete(4))
    var random = Random(seed: 3)
    // As in an episode: the target moves on with each decision, and the plan with it.
    for _ in 0..<4 { planner.plan(Target(best: best), random: &random) }
    #expect(zip(planner.best, best).count { $0 == $1 } >= 5)
    var single = CrossEntropyPlanner(.init(horizon: 1), actions: .discrete(4))
    single.plan(Target(best: [3]), random: &random)
    #expect(single.best == [3])
  }

  @Test func withTheWorldItselfTheMassArrives() {
    var world = PointMass()
    var observation = [Float](repeating: 0, count: 6)
    var seen = observation.mutableSpan
    world.reset(seed: 4, observation: &seen)
    var planner = CrossEntropyPlanner(.init(horizon: 15), actions: world.spec.actions)
    var random = Random(seed: 5)
    var earned: Float = 0
    for _ in 0..<80 {
      planner.plan(SimulatedObjective(world), random: &random)
      var seen = observation.mutableSpan
      let transition = world.step(planner.best.span.extracting(0..<2), observation: &seen)
      earned += transition.reward
      if transition.terminated { break }
    }
    #expect(abs(earned - 1) < 1e-3)
  }

  @Test func aStreamKnowsWhatASequenceKnows() throws {
    var random = Random(seed: 6)
    let world = PointMass()
    let configuration = LatentModel.Configuration(of: world.spec, rewardLimit: 1)
    let model = LatentModel(configuration, random: &random)
    let steps = 12
    func column(_ width: Int) -> [Float] { (0..<steps * width).map { _ in random.normal() } }
    let observations = [column(2), column(2), column(2)]
    let actions = column(2)
    let rewards = column(1)
    let sequence = LatentSequence(
      batch: 1, length: steps, observations: observations, actions: actions, rewards: rewards,
      terminated: [Float](repeating: 0, count: steps),
      isFirst: (0..<steps).map { $0 == 0 ? 1 : 0 })
    let reading = model.read(sequence)
    var agent = LatentAgent(
      model, aim: .rewards(discount: 1), planner: .init(horizon: 4))
    for t in 0..<steps {
      let seen = observations.flatMap { $0[2 * t..<2 * t + 2] }
      if t == 0 {
        agent.begin(seen)
      } else {
        agent.observe(
          seen, after: Array(actions[2 * t..<2 * t + 2]), reward: rewards[t], terminated: false)
      }
      let belief = try #require(agent.belief)
      for (stream, whole, width) in [
        (belief.latent, reading.latents.scalars, configuration.latent),
        (belief.summary, reading.summaries.scalars, configuration.width),
      ] {
        let row = whole[t * width..<(t + 1) * width]
        #expect(zip(stream, row).allSatisfy { abs($0 - $1) < 1e-5 })
      }
    }
  }
}
