// The shipped warehouse policy on missions, as `orrery evaluate` drives it, and what it asks malloc for.

import Basics
import CCeilings
import Environments
import Learning
import Planning
import Tensors
import WorldModels

/// Somebody who drives a mission of the evaluation with everything that is learned.
struct DrivenMission {
  /// What is counted.
  enum Part: String, CaseIterable {
    case motion = "the learned motion reads a step"
    case movers = "learned movers are followed and forecast"
    case policy = "all of it: the policy's act"
  }

  private var world: Warehouse
  private var policy: PlannedPolicy
  private var observation: [Float]
  private var action: [Float]
  private var random: Random
  fileprivate private(set) var goesOn = true

  /// A mission without a blind corner, and a model of the sizes that ship.
  private init(seed: UInt64) {
    var settings = WarehouseSettings.missions(scenario: .ordinary, lidar: false)
    settings.contactEnds = false
    var world = Warehouse(settings)
    var observation = [Float](repeating: 0, count: world.spec.observationCount)
    var seen = observation.mutableSpan
    world.reset(seed: seed, observation: &seen)
    var random = Random(seed: 13)
    let model = WarehouseModel(random: &random)
    policy = PlannedPolicy(
      world.mission, spec: world.spec, motion: LearnedMotion(model.motion),
      movers: LearnedMovers(model.movers, emergence: model.emergence),
      proposer: Proposer(model.proposals, regret: model.regret))
    action = [Float](repeating: 0, count: world.spec.actions.count)
    self.world = world
    self.observation = observation
    self.random = Random(seed: seed, stream: 1)
  }

  /// Counts around one part of many decisions. Each worker drives a mission of its own, as workers do
  /// in an evaluation.
  static func count(_ part: Part, decisions: Int, workers count: Int) -> Count {
    let workers = Workers(count: count)
    let drivers = Drivers((0..<count).map { DrivenMission(seed: 40 + UInt64($0)) })
    let name = "policy, \(count) worker\(count > 1 ? "s" : ""), \(part.rawValue)"
    var total = 0
    for decision in -40..<decisions / count {
      drivers.part = part
      let before = allocations_counted()
      workers.perform(drivers, parts: count)
      if decision >= 0 { total += Int(allocations_counted() - before) }
      for driver in drivers.drivers { driver.mission.goOn(decided: part == .policy) }
    }
    precondition(drivers.drivers.allSatisfy { $0.mission.goesOn }, "a mission was over too soon")
    return Count(of: name, decisions: decisions / count * count, allocations: total)
  }

  /// Does a part of a decision.
  fileprivate mutating func perform(_ part: Part) {
    switch part {
    case .motion:
      policy.motion.observe(
        DriveReading(
          x: observation[0], y: observation[1], heading: observation[2], left: observation[3],
          right: observation[4], gyro: observation[5]), after: policy.given)
    case .movers:
      Self.watch(&policy.movers, observation, world.spec)
      _ = policy.movers.forecast(steps: policy.planner.settings.steps)
    case .policy:
      Self.act(&policy, on: observation, &random, &action)
    }
  }

  /// The world's step.
  fileprivate mutating func goOn(decided: Bool) {
    if !decided { (action[0], action[1]) = (0.4, 0.1) }
    policy.given = (action[0], action[1])
    goesOn = Self.step(&world, action, &observation)
  }

  // A span of one property of a value keeps the whole value from being written, hence these.

  private static func watch(
    _ movers: inout any MoverModel, _ observation: [Float], _ spec: EnvironmentSpec
  ) {
    movers.observe(observation.span, spec: spec)
  }

  private static func act(
    _ policy: inout PlannedPolicy, on observation: [Float], _ random: inout Random,
    _ action: inout [Float]
  ) {
    var command = action.mutableSpan
    policy.act(on: observation.span, random: &random, action: &command)
  }

  private static func step(
    _ world: inout Warehouse, _ action: [Float], _ observation: inout [Float]
  ) -> Bool {
    var seen = observation.mutableSpan
    return world.step(action.span, observation: &seen).goesOn
  }
}

/// A mission a part. Unchecked Sendable because a part drives its own mission alone.
private final class Drivers: SharedWork, @unchecked Sendable {
  /// A mission in a place of its own.
  final class Driver {
    var mission: DrivenMission
    init(_ mission: DrivenMission) { self.mission = mission }
  }

  let drivers: [Driver]
  var part = DrivenMission.Part.policy

  init(_ missions: [DrivenMission]) { drivers = missions.map(Driver.init) }

  override func perform(_ part: Int) { drivers[part].mission.perform(self.part) }
}
