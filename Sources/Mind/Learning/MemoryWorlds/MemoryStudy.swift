// The study of the memory: what a sign in its transition is worth.

public import Basics
import Networks
public import Tensors
import WorldModels

/// Trains the same small network twice in every world, with eigenvalues in [-1, 1] and in [0, 1], from
/// the same weights and on the same episodes, and judges both on episodes much longer than any
/// they were taught with.
///
/// A memory whose transitions shrink but never flip cannot count modulo n, nor follow swaps, at all
/// lengths (arXiv 2411.12537, 2502.10297); recall needs no sign, and there both should do.
public struct MemoryStudy: Sendable {
  /// How a network is made and taught in one world.
  public struct Plan: Codable, Sendable, Hashable {
    /// The world.
    public var world: MemoryWorld
    /// Floats of a token.
    public var width: Int
    /// Heads of each layer.
    public var heads: Int
    /// Gated delta layers.
    public var layers: Int
    /// Training steps.
    public var steps: Int
    /// The highest learning rate.
    public var rate: Float
    /// Episodes of a training step, a multiple of `Trainer.shards`.
    public var batch: Int
    /// The length of the first episodes.
    public var shortest: Int
    /// The greatest length that is taught.
    public var longest: Int
    /// The lengths that are judged, ascending; the last is the one that counts.
    public var judged: [Int]
    /// Episodes that each length is judged on.
    public var episodes: Int

    /// What was found to be quick and enough for this world.
    public static func recommended(for world: MemoryWorld) -> Plan {
      var plan = Plan(
        world: world, width: 32, heads: 2, layers: 1, steps: 300, rate: 1e-2, batch: 32,
        shortest: 8, longest: 96, judged: [32, 64, 128, 256], episodes: 256)
      switch world {
      case .counting(modulus: 2): break
      // One layer flips; to rotate, or to carry, takes a second that knows the parity.
      case .counting: (plan.layers, plan.steps) = (2, 500)
      case .recall:
        (plan.steps, plan.batch) = (400, 64)
        (plan.shortest, plan.longest, plan.judged) = (2, 16, [8, 16, 32])
      // A swap is one reflection: one layer does.
      case .swaps: plan.steps = 400
      }
      return plan
    }
  }

  /// How far a study is.
  public struct Progress: Sendable {
    /// The world.
    public var world: MemoryWorld
    /// Whether the network at hand has eigenvalues in [-1, 1].
    public var hasNegativeEigenvalues: Bool
    /// Steps taken with this network.
    public var step: Int
    /// Steps taken in all, and how many there will be.
    public var done: Int, total: Int
    /// The loss of the last step, nats an answer.
    public var loss: Float
  }

  /// What came of one world.
  public struct Result: Codable, Sendable {
    /// How it was done.
    public var plan: Plan
    /// The seed of weights and episodes.
    public var seed: UInt64
    /// With eigenvalues in [-1, 1].
    public var signed: Outcome
    /// With eigenvalues in [0, 1], all else equal.
    public var unsigned: Outcome
  }

  /// What became of one network.
  public struct Outcome: Codable, Sendable {
    /// The training steps at which the loss was noted.
    public var steps: [Int] = []
    /// The loss at each of them, nats an answer.
    public var losses: [Float] = []
    /// The share of right answers to the last question of an episode, for each of `plan.judged`.
    public var accuracies: [Interval] = []

    /// The accuracy at the greatest length.
    public var accuracy: Interval? { accuracies.last }
  }

  /// What is to be studied.
  public var plans: [Plan]
  /// Names weights and episodes.
  public var seed: UInt64

  /// A study of these worlds, as recommended.
  public init(of worlds: [MemoryWorld], seed: UInt64) {
    plans = worlds.map(Plan.recommended)
    self.seed = seed
  }

  /// Trains and judges.
  ///
  /// - Parameter goOn: told after every step; false ends the study.
  /// - Returns: one result for each plan, or for those that were done when the study was ended.
  public func run(on workers: Workers, goOn: (Progress) -> Bool) -> [Result] {
    var results: [Result] = []
    var done = 0
    let total = 2 * plans.reduce(0) { $0 + $1.steps }
    for plan in plans {
      var outcomes: [Outcome] = []
      for isSigned in [true, false] {
        guard
          let outcome = Self.learn(
            plan, isSigned: isSigned, seed: seed, on: workers,
            goOn: { step, loss in
              done += 1
              return goOn(
                Progress(
                  world: plan.world, hasNegativeEigenvalues: isSigned, step: step, done: done,
                  total: total, loss: loss))
            })
        else { return results }
        outcomes.append(outcome)
      }
      results.append(
        Result(plan: plan, seed: seed, signed: outcomes[0], unsigned: outcomes[1]))
    }
    return results
  }

  /// Trains one network and judges it; nil when it was stopped.
  private static func learn(
    _ plan: Plan, isSigned: Bool, seed: UInt64, on workers: Workers,
    goOn: (_ step: Int, _ loss: Float) -> Bool
  ) -> Outcome? {
    var sizes = Backbone.Configuration(
      input: plan.world.observationCount, width: plan.width, heads: plan.heads,
      mixers: Array(repeating: .gatedDelta, count: plan.layers))
    sizes.hasNegativeEigenvalues = isSigned
    var random = Random(seed: seed, stream: 1)
    let course = MemoryCourse(
      world: plan.world, seed: seed, shortest: plan.shortest, longest: plan.longest,
      grown: plan.steps / 2, batch: plan.batch / Trainer<MemoryCourse>.shards)
    var trainer = Trainer(
      MemoryNetwork(sizes, choices: plan.world.choices, random: &random), course: course,
      schedule: Schedule(steps: plan.steps, rate: plan.rate))
    var outcome = Outcome()
    while !trainer.isDone {
      let loss = trainer.advance(on: workers).loss
      if trainer.step % 10 == 0 || trainer.isDone {
        outcome.steps.append(trainer.step)
        outcome.losses.append(loss)
      }
      guard goOn(trainer.step, loss) else { return nil }
    }
    outcome.accuracies = plan.judged.map { length in
      wilson(
        rightAnswers(
          of: trainer.model, in: plan.world, length: length, episodes: plan.episodes, on: workers),
        of: plan.episodes)
    }
    return outcome
  }

  /// How many of the last questions are answered rightly. Only the last of an episode counts, so
  /// that the trials are independent; the episodes are the same for every network.
  private static func rightAnswers(
    of network: MemoryNetwork, in world: MemoryWorld, length: Int, episodes: Int,
    on workers: Workers
  ) -> Int {
    let part = 16
    let rights = workers.map((episodes + part - 1) / part) { index in
      let numbers = index * part..<min(episodes, (index + 1) * part)
      let seeds = numbers.map { judgedSeeds + UInt64($0) }
      let batch = LessonBatch(world, length: length, seeds: seeds, lastOnly: true)
      let logits = network(batch.observations, at: batch.rows)
      let scores = logits.scalars
      return batch.answers.enumerated().count { row, answer in
        let start = row * world.choices
        let best = (0..<world.choices).max { scores[start + $0] < scores[start + $1] }
        return best == answer
      }
    }
    return rights.reduce(0, +)
  }

  /// Where the seeds of judged episodes begin; those of taught ones are random 64-bit numbers.
  private static let judgedSeeds: UInt64 = 1_000_000
}
