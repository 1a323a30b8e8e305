// Looking at what was proposed, before any search.

import Environments
import WorldModels

/// A few plans, where they lead, and what they cost.
struct Candidates: Sendable {
  /// Plans in a batch.
  static let count = 16

  var plans: [Plan] = []
  var commands: CommandBatch
  var paths: PathBatch
  var verdicts: PathJudge.Verdicts
  /// The cheapest.
  var best = 0

  init(steps: Int) {
    commands = CommandBatch(samples: Self.count, steps: steps)
    paths = PathBatch(samples: Self.count, steps: steps)
    verdicts = PathJudge.Verdicts(samples: Self.count)
  }

  mutating func write(_ plan: Plan) {
    for h in 0..<commands.steps {
      commands.v[h * Self.count + plans.count] = plan.v[h]
      commands.w[h * Self.count + plans.count] = plan.w[h]
    }
    plans.append(plan)
  }
}

extension PathIntegralPlanner {
  /// Imagines the proposals, the last plan, means of both and what a driver would try, and makes the
  /// cheapest the plan.
  mutating func consider(
    _ proposals: [Plan], from pose: Pose, with motion: any MotionModel, judge: PathJudge
  ) -> Consideration {
    let old = plan
    var stop = Plan(steps: settings.steps)
    stop.isStop = true
    let proposed = proposals.prefix(8)
    let own =
      [stop, old] + [1.4, 0.9, 0.4].map { arcs.plan(from: pose, pace: $0, steps: settings.steps) }
    let between = proposed.prefix(3).map { old.mean(with: $0) }
    let slower = [old.scaled(0.6), proposed[0].scaled(0.6)]
    candidates.plans.removeAll(keepingCapacity: true)
    for plan in (own + proposed + between + slower).prefix(Candidates.count) {
      candidates.write(plan)
    }
    while candidates.plans.count < Candidates.count { candidates.write(stop) }
    motion.imagine(candidates.commands, into: &candidates.paths)
    judge.judge(candidates.paths, candidates.commands, into: &candidates.verdicts)
    effort.imaginedSteps += Candidates.count * settings.steps

    let costs = candidates.verdicts.costs
    let order = costs.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }
    candidates.best = order[0]
    plan = candidates.plans[order[0]]
    plan.cost = costs[order[0]]
    plan.danger = candidates.verdicts.dangers[order[0]]
    let unproposed = costs[..<own.count].min() ?? 0
    return Consideration(
      cost: plan.cost, danger: plan.danger, lastPlan: costs[1] - plan.cost,
      stop: costs[0] - plan.cost, unproposed: unproposed - plan.cost,
      third: costs[order[2]] - plan.cost)
  }
}

extension Plan {
  /// Halfway between two plans.
  fileprivate func mean(with other: Plan) -> Plan {
    var plan = self
    for h in v.indices {
      plan.v[h] = (v[h] + other.v[h]) / 2
      plan.w[h] = (w[h] + other.w[h]) / 2
    }
    plan.isStop = false
    return plan
  }
}
