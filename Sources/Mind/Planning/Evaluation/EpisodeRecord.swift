// What came of one episode.

/// One episode of one contender, as the judge saw it.
public struct EpisodeRecord: Sendable, Hashable, Codable {
  /// Who drove.
  public var contender: String
  /// Which episode.
  public var seed: UInt64
  /// "ordinary" or "blindCorner".
  public var scenario: String
  /// "plain" or "rich", or "nominal".
  public var quirks: String
  /// How it ended.
  public var ending: Ending = .timeOut
  /// Seconds.
  public var time: Float = 0
  /// Seconds that the mission's optimal way takes.
  public var timeOptimal: Float = 0
  /// Metres that were driven.
  public var length: Float = 0
  /// Metres of the mission's shortest way.
  public var lengthOptimal: Float = 0
  /// Contacts with what stands.
  public var staticContacts = 0
  /// Contacts with movers while the robot moved.
  public var faults = 0
  /// Contacts with movers while the robot stood.
  public var blameless = 0
  /// Times that a mover came into the protective field.
  public var violations = 0
  /// Seconds with a mover in the protective field.
  public var violationTime: Float = 0
  /// Metres between the hulls of the robot and of the nearest mover, at the least.
  public var separationMin: Float = .infinity
  /// Of a contact at fault: seconds that the mover had been in sight.
  public var faultSight: Float = 0
  /// Of a contact at fault: the cosine between the direction of travel and the mover's: 1 straight
  /// ahead, -1 from behind.
  public var faultBearing: Float = 0
  /// Of a contact at fault: the robot's speed, m/s.
  public var faultSpeed: Float = 0
  /// Violations that began with a mover less than a second in sight.
  public var suddenViolations = 0
  /// Milliseconds a decision, on average; 0 without a clock.
  public var decisionMs: Double = 0
  /// Every decision's time; none without a clock.
  public var decisionTimes = DecisionTimes()

  /// Decisions that were made.
  public var decisions = 0
  /// Those of them for which plans were searched.
  public var searches = 0
  /// Steps that were imagined, of all decisions.
  public var imaginedSteps = 0

  /// How an episode ends.
  public enum Ending: String, Sendable, Hashable, Codable, CaseIterable {
    /// At the goal.
    case arrived
    /// Against a wall or a rack.
    case staticContact
    /// Against a mover, at fault.
    case moverContact
    /// Too late.
    case timeOut
  }

  /// Whether the goal was reached.
  public var isSuccess: Bool { ending == .arrived }

  /// Success weighted by path length (Anderson et al., 2018).
  public var spl: Double {
    isSuccess ? Double(lengthOptimal / max(length, lengthOptimal)) : 0
  }

  /// Time over the optimal time.
  public var timeRatio: Double { Double(time / max(timeOptimal, 0.1)) }

  /// A contact at fault with somebody who had been in sight for less than a second.
  public var isSuddenFault: Bool { faults > 0 && faultSight < 1 }
}
