// What the planner had in mind, for those who look on.

import Environments
import WorldModels

extension PathIntegralPlanner {
  /// The plan, the best other samples, and the forecasts that it reckoned with.
  func thought(movers: [MoverFuture], others count: Int = 12) -> Thought {
    let steps = settings.steps
    let chosen = chosenPath
    let order = sampleCosts.indices.sorted { sampleCosts[$0] < sampleCosts[$1] }
    return Thought(
      plan: chosen.poses, commands: plan, doubt: chosen.doubt,
      others: order.prefix(count).map { sample in
        (0..<steps).map { samplePoint($0, sample) }
      },
      movers: movers)
  }
}
