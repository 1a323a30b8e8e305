// What a run of `orrery demo` or `orrery evaluate` found: the data of the report page.
public import Basics

/// Everything the report page shows. The page is `html()`; the data is Codable, so that it also
/// lies beside the page as JSON. A part that is left empty is left out of the page.
public struct Report: Codable, Sendable {
  /// One sentence that is shown before all else, such as that this was only a quick look.
  public var note: String?
  /// The numbers that the work is judged by, most telling first.
  public var headlines: [Headline] = []
  /// Closed-loop results: one table for all missions, and one for each part worth its own.
  public var planning: [PlanningTable] = []
  /// How well each predictor knows the robot's own motion, plain and rich robots apart.
  public var motion: [MotionStudy] = []
  /// Open-loop skill, one curve for each modality and training seed.
  public var skill: [SkillCurve] = []
  /// What training looked like, one curve for each measure and training seed.
  public var learning: [LearningCurve] = []
  /// Whether predicted errors are the errors that came.
  public var calibration: [Calibration] = []
  /// The worlds that only a memory solves.
  public var memory: [MemoryResult] = []
  /// {learned, perfect} knowledge × {search, proposal}: which part to work on.
  public var ladder: [LadderRung] = []
  /// Episodes to look at.
  public var replays: [Recording] = []
  /// Where the numbers come from.
  public var provenance = Provenance()

  /// A report with nothing in it.
  public init() {}

  /// What a predictor or a driver is; it decides its colour and its place in tables.
  public enum Role: String, Codable, Sendable, CaseIterable {
    /// Ours: it learned.
    case learned
    /// The honest opponent: system identification and constant-velocity Kalman forecasts.
    case honest
    /// Knows the average robot, and does not adapt.
    case average
    /// Believes the data sheet.
    case nominal
    /// A simple rule, such as pure pursuit or copying what was last seen.
    case simple
    /// Chance: what doing anything at all reaches.
    case floor
    /// Was told what no robot could know: it bounds, and does not compete.
    case oracle
  }

  /// Which training the numbers of a row come from.
  public enum Source: Codable, Sendable, Hashable {
    /// Nothing was trained.
    case untrained
    /// The training with this seed.
    case seed(Int)
    /// All trainings together, this many.
    case pooled(Int)
  }
}

/// A number that the work is judged by, and what it should be.
public struct Headline: Codable, Sendable {
  /// A few words, such as "Missions that succeed".
  public var name: String
  /// The number and, where there is one, its interval.
  public var value: Interval
  /// Whether `value` has bounds worth showing.
  public var hasInterval: Bool
  /// What the number counts.
  public var unit: Unit
  /// What it should be; nil for a number that is only told.
  public var target: Target?
  /// What it means, in a sentence for a newcomer.
  public var meaning: String

  /// A number with an interval.
  public init(
    _ name: String, _ value: Interval, unit: Unit, target: Target? = nil, meaning: String
  ) {
    self.name = name
    self.value = value
    self.hasInterval = true
    self.unit = unit
    self.target = target
    self.meaning = meaning
  }

  /// A number without an interval.
  public init(_ name: String, _ value: Double, unit: Unit, target: Target? = nil, meaning: String) {
    let point = Interval(estimate: value, lower: value, upper: value)
    self.init(name, point, unit: unit, target: target, meaning: meaning)
    self.hasInterval = false
  }

  /// What a number counts; shares are given as 0...1 and shown as percent.
  public enum Unit: String, Codable, Sendable {
    /// A share, 0...1.
    case share
    /// One thing over another.
    case ratio
    /// A number without a unit, such as a correlation.
    case plain
    /// Milliseconds.
    case milliseconds
    /// Metres, shown in centimetres.
    case metres
    /// So many a second.
    case perSecond
    /// Seconds, shown in minutes where they are many.
    case seconds
  }

  /// What a number should be.
  public enum Target: Codable, Sendable, Hashable {
    /// No less than this.
    case atLeast(Double)
    /// No more than this.
    case atMost(Double)

    func holds(_ value: Double) -> Bool {
      switch self {
      case .atLeast(let bound): value >= bound
      case .atMost(let bound): value <= bound
      }
    }
  }

  /// Whether the target is reached; nil without a target.
  public var passes: Bool? { target.map { $0.holds(value.estimate) } }
}
