// Looking at what was proposed, before any search.

import Environments
import WorldModels

/// A few plans, where they lead, and what they cost.
struct Candidates: Sendable {
  /// Plans in a batch.
  static let count = 16

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
}

extension PathIntegralPlanner {
  /// Imagines the proposals, the last plan, means of both and what a driver would try, and makes the
  /// cheapest the plan.
  mutating func consider(
    _ proposals: [Plan], from pose: Pose, with motion: any MotionModel, judge: PathJudge
  ) -> Consideration {
    let unproposed = fillCandidates(proposals, from: pose)
    motion.imagine(candidates.commands, into: &candidates.paths)
    judge.judge(candidates.paths, candidates.commands, into: &candidates.verdicts)
    effort.imaginedSteps += Candidates.count * settings.steps

    let costs = candidates.verdicts.costs
    candidates.best = candidates.verdicts.cheapest
    plan.read(candidates.best, of: candidates.commands)
    plan.cost = costs[candidates.best]
    plan.danger = candidates.verdicts.dangers[candidates.best]
    return Consideration(
      cost: plan.cost, danger: plan.danger, lastPlan: costs[1] - plan.cost,
      stop: costs[0] - plan.cost, unproposed: (costs[..<unproposed].min() ?? 0) - plan.cost,
      third: candidates.verdicts.lowest.z - plan.cost)
  }

  /// Fills the batch, as far as there is room: a stop, the last plan and pursuits; the proposals; means
  /// of the last plan and the first of them, and slower versions; stops to its end.
  ///
  /// - Returns: how many come before the first proposal.
  private mutating func fillCandidates(_ proposals: [Plan], from pose: Pose) -> Int {
    let proposed = proposals.prefix(8)
    candidates.commands.hold((0, 0), at: 0)
    candidates.commands.write(plan, at: 1)
    var next = 2
    for pace in Self.paces {
      candidates.commands.pursue(arcs, from: pose, pace: pace, at: next)
      next += 1
    }
    let own = next
    for proposal in proposed {
      candidates.commands.write(proposal, at: next)
      next += 1
    }
    for proposal in proposed.prefix(3) {
      candidates.commands.write(between: plan, and: proposal, at: next)
      next += 1
    }
    if next < Candidates.count {
      candidates.commands.write(plan, at: next, times: 0.6)
      next += 1
    }
    if next < Candidates.count {
      candidates.commands.write(proposed[0], at: next, times: 0.6)
      next += 1
    }
    for rest in next..<Candidates.count { candidates.commands.hold((0, 0), at: rest) }
    return own
  }
}
