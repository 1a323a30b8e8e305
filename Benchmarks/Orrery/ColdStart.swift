// From nothing to a first plan: the process starts, loads a core, and plans once.

import Basics
import Networks
import Tensors
import WorldModels

/// What a robot that was just switched on has to do.
enum ColdStart {
  /// Writes a core to load.
  static func write(to path: String) throws { try Situation().core.save(to: path) }

  /// Loads a core and plans once, 64 candidates, 3 iterations, 8 steps.
  static func plan(from path: String) throws {
    let clock = ContinuousClock()
    let began = clock.now
    var random = Random(seed: 11)
    var core = ImaginationCore.make(random: &random)
    try load(into: &core, from: path)
    let loaded = clock.now
    let workers = Workers(count: 2)
    let planner = CorePlanner(
      core, samples: 64, iterations: 3, horizon: 8, precision: .float32)
    let state = Tensor.normal([ImaginationCore.width], random: &random)
    let goal = Tensor.normal([ImaginationCore.latent], random: &random)
    planner.plan(from: state, goal: goal, noise: .drawn(random), on: workers)
    try Output.say(
      Times(
        loading: (loaded - began) / .seconds(1), planning: (clock.now - loaded) / .seconds(1),
        action: planner.mean[0]))
  }

  private struct Times: Encodable {
    let loading: Double
    let planning: Double
    let action: Float
  }
}
