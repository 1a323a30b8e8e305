// The findings that a report is made of, as plain numbers; the page computes shares and intervals.
public import Basics

/// Drivers compared on the same missions.
public struct PlanningTable: Codable, Sendable {
  /// Which missions, such as "All missions" or "Blind corners only".
  public var name: String
  /// One row for each driver and training seed, and the pooled row of a learned driver.
  public var rows: [PlanningRow]

  /// Drivers compared on the same missions.
  public init(name: String, rows: [PlanningRow]) {
    self.name = name
    self.rows = rows
  }
}

/// How one driver did.
public struct PlanningRow: Codable, Sendable {
  /// The driver's name.
  public var contender: String
  /// What kind of driver it is.
  public var role: Report.Role
  /// Which training it comes from.
  public var source: Report.Source
  /// Missions driven.
  public var episodes: Int
  /// Missions that arrived in time without any contact that ends them.
  public var successes: Int
  /// Contacts with movers while the robot was moving.
  public var atFaultContacts: Int
  /// Contacts with movers while the robot stood: not its fault, counted apart.
  public var blamelessContacts: Int
  /// Contacts with racks and walls.
  public var staticContacts: Int
  /// Missions that ran out of time.
  public var timeouts: Int
  /// Times that a mover entered the protective field in front of the moving robot.
  public var violations: Int
  /// At-fault contacts over those of the honest opponent, on paired seeds; nil for itself.
  public var contactRatio: Interval?
  /// Violations over those of the honest opponent, on paired seeds; nil for itself.
  public var violationRatio: Interval?
  /// Success weighted by path length, 0...1.
  public var spl: Double
  /// Time taken over the time-optimal one, over successful missions.
  public var timeRatio: Double
  /// Milliseconds a decision takes, median.
  public var decisionMedian: Double
  /// Milliseconds a decision takes, 99th percentile.
  public var decisionP99: Double

  /// How one driver did; what is not given is zero.
  public init(
    _ contender: String, role: Report.Role, source: Report.Source = .untrained, episodes: Int,
    successes: Int
  ) {
    self.contender = contender
    self.role = role
    self.source = source
    self.episodes = episodes
    self.successes = successes
    atFaultContacts = 0
    blamelessContacts = 0
    staticContacts = 0
    timeouts = 0
    violations = 0
    spl = 0
    timeRatio = 0
    decisionMedian = 0
    decisionP99 = 0
  }
}

/// How well predictors know the motion of one kind of robot, against seconds of driving.
public struct MotionStudy: Codable, Sendable {
  /// The kind of robot: "Plain robots".
  public var name: String
  /// What is special about it, in a sentence.
  public var meaning: String
  /// Seconds of driving after which the error was measured, ascending.
  public var seconds: [Double]
  /// The second at which the table reads the curves; one of `seconds`.
  public var readAt: Double
  /// Robots that were driven.
  public var robots: Int
  /// What the learned model's error over the identification's should be at `readAt`.
  public var target: Headline.Target?
  /// One for each predictor and training seed.
  public var curves: [Curve]

  /// How well predictors know one kind of robot.
  public init(
    name: String, meaning: String, seconds: [Double], readAt: Double, robots: Int,
    target: Headline.Target? = nil, curves: [Curve]
  ) {
    self.name = name
    self.meaning = meaning
    self.seconds = seconds
    self.readAt = readAt
    self.robots = robots
    self.target = target
    self.curves = curves
  }

  /// The error of one predictor.
  public struct Curve: Codable, Sendable {
    /// The predictor's name.
    public var predictor: String
    /// What kind of predictor it is.
    public var role: Report.Role
    /// Which training it comes from.
    public var source: Report.Source
    /// Mean position error 1 s ahead, metres, with its interval; one for each of `seconds`.
    public var errors: [Interval]
    /// Its error over that of the identification at `readAt`; nil for the identification.
    public var ratio: Interval?

    /// The error of one predictor.
    public init(
      _ predictor: String, role: Report.Role, source: Report.Source = .untrained,
      errors: [Interval], ratio: Interval? = nil
    ) {
      self.predictor = predictor
      self.role = role
      self.source = source
      self.errors = errors
      self.ratio = ratio
    }
  }
}

/// Open-loop skill of one modality: 1 − error / error of copying what was last seen.
public struct SkillCurve: Codable, Sendable {
  /// The modality, such as "pose".
  public var modality: String
  /// Which training it comes from.
  public var source: Report.Source
  /// Steps ahead, ascending.
  public var horizons: [Int]
  /// Skill at each horizon.
  public var skill: [Double]
  /// Error with shuffled actions over the error with the true ones; nil where not measured.
  public var actionUse: Double?

  /// Open-loop skill of one modality.
  public init(
    modality: String, source: Report.Source, horizons: [Int], skill: [Double],
    actionUse: Double? = nil
  ) {
    self.modality = modality
    self.source = source
    self.horizons = horizons
    self.skill = skill
    self.actionUse = actionUse
  }
}

/// One measure over the course of one training.
public struct LearningCurve: Codable, Sendable {
  /// What is measured, such as "held-out error"; curves of one name share a plot.
  public var measure: String
  /// Which training it comes from.
  public var source: Report.Source
  /// Training steps, ascending.
  public var steps: [Double]
  /// The measure at each of them.
  public var values: [Double]

  /// One measure over the course of one training.
  public init(measure: String, source: Report.Source, steps: [Double], values: [Double]) {
    self.measure = measure
    self.source = source
    self.steps = steps
    self.values = values
  }
}

/// Predicted errors against those that came.
public struct Calibration: Codable, Sendable {
  /// What is predicted, such as "the robot's position 1 s ahead".
  public var name: String
  /// Predicted standard deviations, metres; a few hundred points are enough.
  public var predicted: [Double]
  /// The error that came for each, metres.
  public var actual: [Double]
  /// Nominal coverages, ascending in 0...1.
  public var nominal: [Double]
  /// The share of truths inside the region of each nominal coverage.
  public var covered: [Double]
  /// Rank correlation of predicted and actual error, over all cases.
  public var spearman: Double

  /// Predicted errors against those that came.
  public init(
    name: String, predicted: [Double], actual: [Double], nominal: [Double], covered: [Double],
    spearman: Double
  ) {
    self.name = name
    self.predicted = predicted
    self.actual = actual
    self.nominal = nominal
    self.covered = covered
    self.spearman = spearman
  }
}

/// How the memory did in a world that only a memory solves.
public struct MemoryResult: Codable, Sendable {
  /// The world, such as "counting modulo 3".
  public var world: String
  /// Which training it comes from.
  public var source: Report.Source
  /// Accuracy with eigenvalues in [-1, 1], 0...1.
  public var signed: Double
  /// Accuracy of the same network with eigenvalues in [0, 1], 0...1.
  public var unsigned: Double
  /// Accuracy of guessing.
  public var chance: Double

  /// How the memory did in one world.
  public init(
    world: String, source: Report.Source, signed: Double, unsigned: Double, chance: Double
  ) {
    self.world = world
    self.source = source
    self.signed = signed
    self.unsigned = unsigned
    self.chance = chance
  }
}

/// One rung of the decision ladder.
public struct LadderRung: Codable, Sendable {
  /// What knows the robot's motion, such as "learned" or "perfect".
  public var dynamics: String
  /// What knows the movers, such as "learned", "visible only" or "perfect".
  public var movers: String
  /// How the decision is made: "search", "proposal", or "proposal, then search".
  public var decision: String
  /// Missions driven.
  public var episodes: Int
  /// Missions that succeeded.
  public var successes: Int
  /// Contacts with movers while the robot was moving.
  public var atFaultContacts: Int
  /// Times that a mover came into the protective field.
  public var violations = 0
  /// Share of decisions for which plans were searched.
  public var searched: Double = 1
  /// Steps that were imagined, a decision.
  public var imaginedSteps = 0
  /// Milliseconds a decision, on average; 0 where no decision was timed.
  public var milliseconds: Double = 0

  /// One rung of the decision ladder.
  public init(
    dynamics: String, movers: String, decision: String, episodes: Int, successes: Int,
    atFaultContacts: Int
  ) {
    self.dynamics = dynamics
    self.movers = movers
    self.decision = decision
    self.episodes = episodes
    self.successes = successes
    self.atFaultContacts = atFaultContacts
  }
}

/// Where the numbers of a report come from.
public struct Provenance: Codable, Sendable {
  /// The command that made the report.
  public var command = ""
  /// Machine, system, versions, commit, seeds: whatever tells this run from another.
  public var facts: [Fact] = []
  /// Seconds that each part took.
  public var durations: [Fact] = []
  /// How much data: episodes, transitions, hours of driving, parameters.
  public var counts: [Fact] = []
  /// The commands that repeat each part.
  public var rerun: [String] = []

  /// Nothing known yet.
  public init() {}

  /// A name and a value, as they are to be read.
  public struct Fact: Codable, Sendable {
    /// What it is.
    public var name: String
    /// How it stands.
    public var value: String

    /// A name and a value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}
