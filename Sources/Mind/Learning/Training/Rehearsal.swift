// Missions that a model drives in the sites of training, to see what its searches choose and gain.

import Basics
import Environments
import Planning
import Tensors
import WorldModels

/// Drives missions with the parts that are learned already.
///
/// The missions take place in the sites of training (0 to 63), with robots and traffic drawn from the
/// training's own seed: nothing of the evaluation is met. Every other one has a blind corner.
public struct Rehearsal: Sendable {
  private let model: WarehouseModel
  private let seed: UInt64
  private let ordinary: Warehouse
  private let blindCorner: Warehouse

  /// Steps between two searches that are compared with proposals.
  private static let stride = 3
  /// Whoever waits for longer teaches nothing new.
  private static let secondsMax: Float = 20
  /// How often somebody pushes the robot, for how many steps, and how strongly: it should know its
  /// way back to where searches would have led it.
  private static let pushChance: Float = 0.02
  private static let pushSteps = 8
  private static let push: (v: Float, w: Float) = (0.4, 0.8)

  /// Drives with this model.
  public init(_ model: WarehouseModel, seed: UInt64) {
    self.model = model
    self.seed = seed
    var settings = WarehouseSettings.missions(sites: 0..<64, scenario: .ordinary, lidar: false)
    settings.timeMax = Self.secondsMax
    ordinary = Warehouse(settings)
    settings.scenario = .blindCorner
    blindCorner = Warehouse(settings)
  }

  /// Searches at every step of a mission, with twice the samples.
  ///
  /// The robot is taken for what system identification makes of it, which costs a fifth of the learned
  /// motion: more missions teach more than better plans do.
  public func search(mission: Int) -> SearchRecords {
    var records = SearchRecords()
    var settings = PathIntegralPlanner.Settings()
    settings.samples *= 2
    var push: (v: Float, w: Float) = (0, 0)
    var pushed = 0
    drive(mission, stream: 1, motion: SystemIdentification(), settings: settings) {
      policy, step, random in
      if let outlook = policy.outlook { records.append(outlook, chosen: policy.planner.plan) }
      pushed -= 1
      if pushed <= 0 {
        push = (0, 0)
        if random.chance(Self.pushChance), policy.planner.plan.danger < Proposer.dangerMax {
          push = (
            random.uniform(in: -Self.push.v...Self.push.v),
            random.uniform(in: -Self.push.w...Self.push.w)
          )
          pushed = Self.pushSteps
        }
      }
      policy.given = (policy.given.v + push.v, policy.given.w + push.w)
    }
    return records
  }

  /// Drives by proposals, and searches at every third step to see what that gains.
  public func compare(mission: Int) -> RegretRecords {
    var records = RegretRecords()
    let proposer = Proposer(model.proposals, regret: model.regret, searching: .always)
    drive(mission, stream: 2, motion: LearnedMotion(model.motion), proposer: proposer) {
      policy, step, _ in
      if policy.planner.effort.didSearch, let outlook = policy.outlook,
        let consideration = policy.planner.consideration
      {
        records.append(outlook, consideration, cost: policy.planner.plan.cost)
      }
      policy.proposer?.searching = (step + 1) % Self.stride == 0 ? .always : .never
    }
    return records
  }

  /// Drives a mission to its end; `look` sees the policy after each decision and may change it.
  private func drive(
    _ mission: Int, stream: UInt64, motion: any MotionModel, proposer: Proposer? = nil,
    settings: PathIntegralPlanner.Settings = .init(),
    look: (inout PlannedPolicy, _ step: Int, inout Random) -> Void
  ) {
    var random = Random(seed: seed, stream: 0x7265_6865_6172).fork(stream).fork(UInt64(mission))
    var world = mission % 2 == 0 ? ordinary : blindCorner
    var observation = [Float](repeating: 0, count: world.spec.observationCount)
    var action = [Float](repeating: 0, count: world.spec.actions.count)
    var seen = observation.mutableSpan
    world.reset(seed: random.next(), observation: &seen)
    var policy = PlannedPolicy(
      world.mission, spec: world.spec, motion: motion,
      movers: LearnedMovers(model.movers, emergence: model.emergence), proposer: proposer,
      settings: settings)
    policy.notesOutlook = true
    var step = 0
    var goesOn = true
    while goesOn {
      var command = action.mutableSpan
      policy.act(on: observation.span, random: &random, action: &command)
      look(&policy, step, &random)
      (action[0], action[1]) = policy.given
      var out = observation.mutableSpan
      goesOn = world.step(action.span, observation: &out).goesOn
      step += 1
    }
  }
}
