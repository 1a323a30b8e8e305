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
  /// What it thinks of before it searches; it only searches where this is nil.
  public var proposer: Proposer?
  /// Whether it writes down what it saw when it decided, without a proposer too.
  public var notesOutlook = false
  /// What it saw when it decided last.
  public private(set) var outlook: Outlook?
  /// The command that was given last. Whoever gives another one than the policy's says so here.
  public var given: (v: Float, w: Float) = (0, 0)
  /// What it may spend on a decision.
  public let budget: Budget
  /// Whether it writes down its thoughts, which costs time.
  public let thinksAloud: Bool
  public private(set) var thought: Thought?
  private let mission: Mission
  private let spec: EnvironmentSpec
  private var detour: Detour
  private let reading: (pose: Int, wheels: Int, gyro: Int)

  /// A driver for a mission with these models.
  public init(
    _ mission: Mission, spec: EnvironmentSpec, motion: any MotionModel, movers: any MoverModel,
    proposer: Proposer? = nil, settings: PathIntegralPlanner.Settings = .init(),
    budget: Budget = Budget(rounds: 1), thinksAloud: Bool = false
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
    self.proposer = proposer
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
    motion.observe(now, after: given)
    movers.observe(observation, spec: spec)
    let futures = movers.forecast(steps: planner.settings.steps)
    let route = detour.route(at: Point(x: now.x, y: now.y), among: futures)
    let scene = Scene(mission, route: route, movers: futures)
    given = decide(scene, now, random: &random)
    action[0] = given.v
    action[1] = given.w
    if thinksAloud { thought = planner.thought(movers: futures) }
  }

  private mutating func decide(
    _ scene: Scene, _ now: DriveReading, random: inout Random
  ) -> (v: Float, w: Float) {
    let pose = Pose(x: now.x, y: now.y, heading: now.heading)
    let outlook =
      proposer != nil || notesOutlook
      ? Outlook(of: scene, at: pose, moving: now, after: given, plan: planner.plan) : nil
    self.outlook = outlook
    guard let proposer, let outlook else {
      return planner.decide(with: motion, in: scene, at: pose, budget: budget, random: &random)
    }
    return planner.decide(
      with: motion, in: scene, at: pose,
      proposals: proposer.plans(for: outlook, settings: planner.settings), budget: budget,
      random: &random
    ) { proposer.settles($0, for: outlook) }
  }

  /// What the planner took.
  public var effort: Effort { planner.effort }
}

/// A planned policy whose models are shown the truth.
public struct OraclePolicy: Oracle {
  private var policy: PlannedPolicy

  /// An oracle: the policy's models that can see the truth, will.
  public init(_ policy: PlannedPolicy) { self.policy = policy }

  public var thought: Thought? { policy.thought }

  /// What the planner took.
  public var effort: Effort { policy.effort }

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
