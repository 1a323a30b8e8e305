// Living in a small world with a plan: by chance, with a learned model, and with the world itself.

public import Basics
import Environments
import Planning
public import Tensors
public import WorldModels

/// One contender's episodes in a small world.
public struct LatentTrial: Codable, Sendable {
  /// What tables call it.
  public var contender: String
  /// The seed that its model was trained with; nil where nothing was trained.
  public var seed: UInt64?
  /// What each episode earned, in the order of the episodes, which are the same for everybody.
  public var returns: [Float]
  /// The mean return with its interval by resampling episodes.
  public var meanReturn: Interval
  /// The share of episodes that ended by their own rules, with Wilson's interval: of a world with a
  /// goal, those that reached it. Nil where no episode can: it ends when its time is up.
  public var finished: Interval?
  /// The mean number of steps.
  public var steps: Double

  init(_ contender: String, seed: UInt64?, _ lives: [Life], canFinish: Bool) {
    self.contender = contender
    self.seed = seed
    returns = lives.map(\.earned)
    var random = Random(seed: 0)
    let values = returns.map(Double.init)
    meanReturn = bootstrap(values.count, random: &random) { picks in
      mean(picks.map { values[$0] })
    }
    finished = canFinish ? wilson(lives.count { $0.isFinished }, of: lives.count) : nil
    steps = mean(lives.map { Double($0.steps) })
  }
}

/// What became of one episode.
struct Life: Sendable {
  var earned: Float = 0
  var steps = 0
  var isFinished = false
}

/// The same episodes of a small world, for everybody.
public struct LatentTrials: Sendable {
  /// Which world.
  public let world: WorldName
  /// How many episodes.
  public let episodes: Int
  private let planner: CrossEntropyPlanner.Configuration

  /// Later rewards count a little less, so that plans do not put off what they could do.
  private static let discount: Float = 0.97
  /// How far ahead a goal is looked for. A mass that begins to move is at first farther from a goal at
  /// rest, in velocity; a shorter plan would stand still.
  private static let goalHorizon = 30
  /// Where the seeds of judged episodes begin; those of collected ones are random 64-bit numbers.
  private static let seeds: UInt64 = 5_000_000

  /// Trials in a world; the plan says how far ahead is looked.
  public init(in world: WorldName, episodes: Int, plan: LatentPlan) {
    precondition(!world.isWarehouse && episodes > 0, "\(episodes) episodes of \(world)")
    self.world = world
    self.episodes = episodes
    var planner = CrossEntropyPlanner.Configuration(horizon: plan.planned)
    if plan.planned == 1 {
      (planner.samples, planner.rounds, planner.elites) = (20, 1, 4)
    } else {
      (planner.samples, planner.rounds, planner.elites) = (48, 3, 8)
    }
    self.planner = planner
  }

  /// Actions by chance: the floor.
  public func chance(on workers: Workers) -> LatentTrial {
    trial("chance", .chance, on: workers)
  }

  /// The same planner over the world itself: the ceiling.
  public func oracle(on workers: Workers) -> LatentTrial {
    trial("planner, true world (oracle)", .oracle, on: workers)
  }

  /// The planner over a learned model, for rewards.
  public func rewards(_ model: LatentModel, seed: UInt64, on workers: Workers) -> LatentTrial {
    let mind = Mind.learned { [planner] in
      LatentAgent(model, aim: .rewards(discount: Self.discount), planner: planner)
    }
    return trial("planner, learned model, rewards", seed: seed, mind, on: workers)
  }

  /// The planner over a learned model, towards the latent of the goal; nil where there is no goal. It
  /// does not get there yet: planning for rewards does.
  public func goal(
    _ model: LatentModel, seed: UInt64, caution: Float = 0.1, on workers: Workers
  ) -> LatentTrial? {
    guard world == .pointMass else { return nil }
    // At rest, in the place that is asked for: position, velocity, goal.
    var planner = planner
    planner.horizon = Self.goalHorizon
    let mind = Mind.learned { [planner] in
      LatentAgent(
        model, aim: .goal(caution: caution) { [$0[4], $0[5], 0, 0, $0[4], $0[5]] },
        planner: planner)
    }
    return trial("planner, learned model, goal", seed: seed, mind, on: workers)
  }

  private enum Mind: Sendable {
    case chance, oracle
    case learned(@Sendable () -> LatentAgent)
  }

  private func trial(
    _ contender: String, seed: UInt64? = nil, _ mind: Mind, on workers: Workers
  ) -> LatentTrial {
    // Only the mass has somewhere to arrive; in worlds of symbols time runs out.
    LatentTrial(
      contender, seed: seed, lives(mind, on: workers), canFinish: world == .pointMass)
  }

  private func lives(_ mind: Mind, on workers: Workers) -> [Life] {
    switch world {
    case .pointMass: lives(in: PointMass(), mind, on: workers)
    case .counting: lives(in: Counting(), mind, on: workers)
    case .recall: lives(in: Recall(), mind, on: workers)
    case .delay: lives(in: Delay(), mind, on: workers)
    case .swaps: lives(in: Swaps(), mind, on: workers)
    case .yard, .warehouse: preconditionFailure("no trials in \(world)")
    }
  }

  private func lives(
    in world: some Environment, _ mind: Mind, on workers: Workers
  ) -> [Life] {
    workers.map(episodes) { episode in
      let seed = Self.seeds + UInt64(episode)
      var random = Random(seed: seed, stream: 0x7472_6961)
      return switch mind {
      case .chance: life(in: world, seed, ChanceMind(actions: world.spec.actions), &random)
      case .oracle: life(in: world, seed, OracleMind(planner, world.spec.actions), &random)
      case .learned(let make): life(in: world, seed, LearnedMind(agent: make()), &random)
      }
    }
  }

  private func life<World: Environment>(
    in world: World, _ seed: UInt64, _ mind: some SmallMind, _ random: inout Random
  ) -> Life {
    var (world, mind, life) = (world, mind, Life())
    var observation = [Float](repeating: 0, count: world.spec.observationCount)
    var seen = observation.mutableSpan
    world.reset(seed: seed, observation: &seen)
    mind.begin(observation)
    while true {
      let action = mind.act(in: world, discount: Self.discount, random: &random)
      var seen = observation.mutableSpan
      let transition = world.step(action.span, observation: &seen)
      life.earned += transition.reward
      life.steps += 1
      life.isFinished = transition.terminated
      guard transition.goesOn else { return life }
      mind.observe(observation, after: action, transition)
    }
  }
}

/// Somebody who lives in a small world.
private protocol SmallMind {
  mutating func begin(_ observation: [Float])
  mutating func act(
    in world: some Environment, discount: Float, random: inout Random
  ) -> [Float]
  mutating func observe(_ observation: [Float], after action: [Float], _ transition: Transition)
}

extension SmallMind {
  mutating func begin(_ observation: [Float]) {}
  mutating func observe(_ observation: [Float], after action: [Float], _ transition: Transition) {}
}

private struct ChanceMind: SmallMind {
  let actions: ActionSpace

  mutating func act(
    in world: some Environment, discount: Float, random: inout Random
  ) -> [Float] {
    switch actions {
    case .continuous(let ranges): ranges.map { random.uniform(in: $0) }
    case .discrete(let count): [Float(random.index(below: count))]
    }
  }
}

private struct OracleMind: SmallMind {
  private var planner: CrossEntropyPlanner

  init(_ configuration: CrossEntropyPlanner.Configuration, _ actions: ActionSpace) {
    planner = CrossEntropyPlanner(configuration, actions: actions)
  }

  mutating func act(
    in world: some Environment, discount: Float, random: inout Random
  ) -> [Float] {
    planner.plan(SimulatedObjective(world, discount: discount), random: &random)
    return Array(planner.best.prefix(world.spec.actions.count))
  }
}

private struct LearnedMind: SmallMind {
  var agent: LatentAgent

  mutating func begin(_ observation: [Float]) { agent.begin(observation) }

  mutating func act(
    in world: some Environment, discount: Float, random: inout Random
  ) -> [Float] {
    agent.act(random: &random)
  }

  mutating func observe(_ observation: [Float], after action: [Float], _ transition: Transition) {
    agent.observe(
      observation, after: action, reward: transition.reward, terminated: transition.terminated)
  }
}
