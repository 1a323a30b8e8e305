// How many blocks of memory a decision asks for, once it is warm.

import Basics
import CCeilings
import Environments
import Foundation
import Learning
import Planning
import Tensors
import WorldModels

/// Counts around many decisions of each planner, and says so.
func countAllocations(decisions: Int?) throws {
  let decisions = decisions ?? 100
  guard allocations_counted() >= 0 else {
    FileHandle.standardError.write(
      Data("Nobody counts: this is run by Benchmarks/allocations.\n".utf8))
    exit(1)
  }
  for (name, decide) in [
    ("core 64x3x8", coreDecision(workers: 1)),
    ("core 64x3x8, 2 workers", coreDecision(workers: 2)),
    ("latent model, standard size", latentDecision(workers: 1)),
    ("latent model, standard size, 2 workers", latentDecision(workers: 2)),
    ("warehouse, a fixed motion", try crossingDecision(with: FixedMotion.nominal)),
    ("warehouse, learned motion", try crossingDecision(with: learnedMotion())),
    (
      "warehouse, learned motion, proposals",
      try crossingDecision(with: learnedMotion(), proposals: 6)
    ),
  ] {
    for _ in 0..<20 { decide() }
    let before = allocations_counted()
    for _ in 0..<decisions { decide() }
    let count = allocations_counted() - before
    try Output.say(Count(of: name, decisions: decisions, allocations: Int(count)))
  }
  for workers in [1, 2] {
    for part in DrivenMission.Part.allCases {
      try Output.say(DrivenMission.count(part, decisions: decisions, workers: workers))
    }
  }
}

/// A line of what is said.
struct Count: Encodable {
  let of: String
  let decisions: Int
  let allocations: Int
}

/// A plan towards a goal, as the general model makes it between two real steps.
private func latentDecision(workers: Int) -> () -> Void {
  var random = Random(seed: 12)
  let spec = PointMass().spec
  let model = LatentModel(.standard(of: spec, rewardLimit: 1), random: &random)
  var planner = CrossEntropyPlanner(.init(horizon: 8), actions: spec.actions)
  let objective = ImaginedObjective(
    model, plans: planner.configuration.most, workers: Workers(count: workers))
  func latent() -> Tensor { .normal([1, model.configuration.latent], random: &random) }
  objective.look(
    from: latent(), summary: .normal([1, model.configuration.width], random: &random),
    aim: .goal(latent(), caution: 0.1))
  return { planner.plan(objective, random: &random) }
}

private func coreDecision(workers: Int) -> () -> Void {
  PlanningWorkload(samples: 64, iterations: 3, horizon: 8)
    .prepare(Setting(precision: .float32, workers: Workers(count: workers)))
}

/// The sizes that ship, which have not learned: what is asked for does not depend on what was learned.
private func learnedMotion() -> LearnedMotion {
  var random = Random(seed: 13)
  return LearnedMotion(RobotModel(random: &random))
}

/// A decision of the warehouse planner: a robot in the yard, and somebody who crosses.
private func crossingDecision(
  with model: any MotionModel, proposals: Int = 0
) throws -> () -> Void {
  let route = Route(site: try Site(.yard), goal: Point(x: 20, y: 15), robotRadius: 0.35)
  let ahead = (1...36).map { Float($0) * 0.05 }
  let crossing = MoverFuture(
    weight: 1, x: ahead.map { _ in 14 }, y: ahead.map { 18 - $0 },
    spread: ahead.map { 0.05 + 0.1 * $0 }, radius: 0.3)
  let scene = Scene(route: route, robotRadius: 0.35, tolerance: 0.35, movers: [crossing])
  var motion = model
  motion.begin()
  motion.observe(
    DriveReading(x: 8, y: 15, heading: 0, left: 0, right: 0, gyro: 0), after: (0, 0))
  var planner = PathIntegralPlanner()
  var random = Random(seed: 10)
  let plans = (0..<proposals).map { _ in
    var plan = Plan(steps: planner.settings.steps)
    let (v, w) = (random.uniform(in: 0...1.4), random.uniform(in: -1...1))
    for h in 0..<planner.settings.steps { (plan.v[h], plan.w[h]) = (v, w) }
    return plan
  }
  return {
    _ = planner.decide(
      with: motion, in: scene, at: Pose(x: 8, y: 15), proposals: plans, random: &random)
  }
}
