// What the evaluation of motion found: adaptation, reach, use of actions, doubt.

public import Basics

/// How well robots that nobody has driven before are foretold.
public struct MotionResult: Codable, Sendable {
  /// Error one second ahead against seconds of driving: the robots that system identification models
  /// exactly, and those that it does not.
  public var studies: [MotionStudy]
  /// The medians and 95th percentiles behind `studies`.
  public var tails: [Tail]
  /// What the trained ones are worth at each horizon, pooled over both kinds of robot and 2 to 5 s of
  /// driving.
  public var horizons: [Horizon]
  /// Doubt against error, for one training after another, 1 s ahead.
  public var calibrations: [Calibration]

  /// The tail of an error.
  public struct Tail: Codable, Sendable {
    /// "plain" or "rich".
    public var robots: String
    /// Who foretold.
    public var predictor: String
    /// Which training it comes from.
    public var source: Report.Source
    /// Seconds of driving.
    public var seconds: Double
    /// Metres.
    public var median: Double
    /// Metres.
    public var percentile95: Double
  }

  /// What a training is worth at a horizon.
  public struct Horizon: Codable, Sendable {
    /// Which training.
    public var source: Report.Source
    /// Steps ahead.
    public var steps: Int
    /// 1 − error / error of copying.
    public var skill: Interval
    /// The same from medians, and from 95th percentiles.
    public var skillMedian: Double
    /// See `skillMedian`.
    public var skill95: Double
    /// 1 − error / error of the average robot.
    public var skillAverage: Interval
    /// Error with the commands of another robot over that with its own.
    public var actionUse: Interval
    /// Rank correlation of doubt and error.
    public var spearman: Double
    /// What the doubt is multiplied by so that 90 % of errors of one half of the robots lie within.
    public var factor90: Double
    /// The share of errors of the other half that then lie within.
    public var coverage90: Double
  }
}

extension MotionResult {
  /// Horizons of the table.
  static let reported = [1, 2, 5, 10, 20, 30, 40, 50]
  /// Steps ahead at which curves against seconds of driving are taken: one second.
  static let second = 20

  /// What the learned error over the identification's should be at most.
  static func target(isRich: Bool) -> Headline.Target { .atMost(isRich ? 0.75 : 1.3) }
}
