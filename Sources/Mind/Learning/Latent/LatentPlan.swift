// How a latent model is taught in a small world.

public import WorldModels

/// How much is lived, how the model learns from it, and how it is judged.
public struct LatentPlan: Codable, Sendable, Hashable {
  /// Episodes that are collected.
  public var episodes: Int
  /// Steps of an episode.
  public var stepsMax: Int
  /// How long and how fast it learns.
  public var schedule: Schedule
  /// Windows of a training step, a multiple of `Trainer.shards`.
  public var windows = 32
  /// Rows of a window.
  public var rows: Int
  /// Starts of imagining in a window.
  public var starts: Int
  /// Steps that are imagined in the end; they grow from one over the first half.
  public var horizon: Int
  /// Gated delta layers of the memory.
  public var layers = 2
  /// What is asked of it.
  public var objective = LatentObjective()
  /// Steps of a plan.
  public var planned: Int

  /// What was found to be quick and enough for this world; nil for the warehouse, which has a model of
  /// its own. Recall is the exception: rewards alone do not teach it in these steps.
  public static func recommended(for world: WorldName) -> LatentPlan? {
    switch world {
    case .yard, .warehouse: nil
    case .pointMass: .pointMass
    case .delay, .counting, .swaps: .symbols(rows: 33, episodes: 4096)
    case .recall: .symbols(rows: 9, episodes: 32768)
    }
  }

  /// In a world that is seen whole, what is seen is what latents have to say: the observation heads
  /// weigh most, and the regularizer only keeps order.
  private static var pointMass: LatentPlan {
    var plan = LatentPlan(
      episodes: 512, stepsMax: 100, schedule: Schedule(steps: 4000, rate: 2e-3), rows: 16,
      starts: 6, horizon: 8, planned: 12)
    // A step is foretold from what is seen; the memory has little to add.
    plan.layers = 1
    (plan.objective.observation, plan.objective.reward) = (10, 1)
    plan.objective.sigReg = 0.02
    return plan
  }

  /// In worlds of symbols an action earns at once or never: one imagined step is enough.
  private static func symbols(rows: Int, episodes: Int) -> LatentPlan {
    var plan = LatentPlan(
      episodes: episodes, stepsMax: rows - 1, schedule: Schedule(steps: 1500, rate: 4e-3),
      rows: rows, starts: rows, horizon: 1, planned: 1)
    // Nothing that is done shows in what is seen next, and that is by chance: the reward is all there
    // is to learn.
    plan.objective.inverse = 0
    plan.objective.reward = 5
    return plan
  }

  /// Steps that are imagined at a step of training.
  func horizon(at step: Int) -> Int {
    min(horizon, 1 + step * 2 * (horizon - 1) / max(1, schedule.steps))
  }
}
