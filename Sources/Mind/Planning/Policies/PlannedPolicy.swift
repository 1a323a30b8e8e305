// Look ahead, then drive: a motion model, a mover model and a planner.

public import Basics
public import Environments
public import WorldModels

/// A driver who imagines. All contenders that plan are this one; only their models differ.
public struct PlannedPolicy: Policy {
  /// What it believes about its own motion.
  public var motion: any MotionModel
  /// What it believes about others.
  public var movers: any MoverModel
  /// How it chooses.
  public private(set) var planner: PathIntegralPlanner
  /// What it may spend on a decision.
  public let budget: Budget
  /// Whether it writes down its thoughts, which costs time.
  public let thinksAloud: Bool
  public private(set) var thought: Thought?
  private let mission: Mission
  private let spec: EnvironmentSpec
  private var detour: Detour
  private let reading: (pose: Int, wheels: Int, gyro: Int)
  private var last: (v: Float, w: Float) = (0, 0)

  /// A driver for a mission with these models.
  public init(
    _ mission: Mission, spec: EnvironmentSpec, motion: any MotionModel, movers: any MoverModel,
    settings: PathIntegralPlanner.Settings = .init(), budget: Budget = Budget(rounds: 1),
    thinksAloud: Bool = false
  ) {
    guard let pose = spec.range(of: "pose"), let wheels = spec.range(of: "wheels"),
      let gyro = spec.range(of: "gyro")
    else {
      preconditionFailure("\(spec.name) has no \"pose\", no \"wheels\" or no \"gyro\"")
    }
    self.mission = mission
    self.spec = spec
    self.motion = motion
    self.movers = movers
    self.budget = budget
    self.thinksAloud = thinksAloud
    planner = PathIntegralPlanner(settings)
    detour = Detour(mission)
    reading = (pose.lowerBound, wheels.lowerBound, gyro.lowerBound)
    self.motion.begin()
    self.movers.begin(mission)
  }

  public mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>
  ) {
    let now = DriveReading(
      x: observation[reading.pose], y: observation[reading.pose + 1],
      heading: observation[reading.pose + 2], left: observation[reading.wheels],
      right: observation[reading.wheels + 1], gyro: observation[reading.gyro])
    motion.observe(now, after: last)
    movers.observe(observation, spec: spec)
    let futures = movers.forecast(steps: planner.settings.steps)
    let route = detour.route(at: Point(x: now.x, y: now.y), among: futures)
    let scene = Scene(mission, route: route, movers: futures)
    last = planner.decide(
      with: motion, in: scene, at: Pose(x: now.x, y: now.y, heading: now.heading),
      budget: budget, random: &random)
    action[0] = last.v
    action[1] = last.w
    if thinksAloud { thought = planner.thought(movers: futures) }
  }
}

/// A planned policy whose models are shown the truth.
public struct OraclePolicy: Oracle {
  private var policy: PlannedPolicy

  /// An oracle: the policy's models that can see the truth, will.
  public init(_ policy: PlannedPolicy) { self.policy = policy }

  public var thought: Thought? { policy.thought }

  public mutating func see(_ truth: Truth) {
    if var seer = policy.motion as? any MotionModel & TruthSeer {
      seer.see(truth)
      policy.motion = seer
    }
    if var seer = policy.movers as? any MoverModel & TruthSeer {
      seer.see(truth)
      policy.movers = seer
    }
  }

  public mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>
  ) {
    policy.act(on: observation, random: &random, action: &action)
  }
}
