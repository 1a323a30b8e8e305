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
  /// What is asked of it.
  public var objective = LatentObjective()
  /// Steps of a plan.
  public var planned: Int

  /// What was found to be quick and enough for this world; nil for the warehouse, which has a model of
  /// its own.
  public static func recommended(for world: WorldName) -> LatentPlan? {
    switch world {
    case .yard, .warehouse: nil
    case .pointMass:
      LatentPlan(
        episodes: 512, stepsMax: 100, schedule: Schedule(steps: 1500, rate: 2e-3), rows: 24,
        starts: 8, horizon: 8, planned: 15)
    case .delay, .counting: .symbols(rows: 33)
    case .recall: .symbols(rows: 9)
    }
  }

  /// In worlds of symbols an action earns at once or never: one imagined step is enough.
  private static func symbols(rows: Int) -> LatentPlan {
    var plan = LatentPlan(
      episodes: 2048, stepsMax: rows - 1, schedule: Schedule(steps: 800, rate: 4e-3), rows: rows,
      starts: rows, horizon: 1, planned: 1)
    // Nothing that is done shows in what is seen next; the reward is all there is to learn.
    plan.objective.inverse = 0
    plan.objective.reward = 1
    return plan
  }

  /// Steps that are imagined at a step of training.
  func horizon(at step: Int) -> Int {
    min(horizon, 1 + step * 2 * (horizon - 1) / max(1, schedule.steps))
  }
}
