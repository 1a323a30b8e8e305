// What the planner had in mind, for those who look on.

import Environments
import WorldModels

extension PathIntegralPlanner {
  /// The plan, the best other samples, and the forecasts that it reckoned with.
  func thought(movers: [MoverFuture], others count: Int = 12) -> Thought {
    let steps = 0..<settings.steps
    let (paths, costs) = imagined
    let (finals, chosen) = chosenAmong
    let rows = steps.map { $0 * finals.samples + chosen }
    let order = costs.indices.sorted { costs[$0] < costs[$1] }
    return Thought(
      plan: rows.map { Pose(x: finals.x[$0], y: finals.y[$0], heading: finals.heading[$0]) },
      commands: plan, doubt: rows.map { finals.doubt[$0] },
      others: order.prefix(count).map { sample in
        steps.map { step in
          let i = step * paths.samples + sample
          return Point(x: paths.x[i], y: paths.y[i])
        }
      },
      movers: movers)
  }
}
