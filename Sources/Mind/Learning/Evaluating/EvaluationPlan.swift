// How much is evaluated.

/// The sizes of an evaluation.
public struct EvaluationPlan: Codable, Sendable, Hashable {
  /// Robots whose motion is foretold; half of them plain, half rich.
  public var robots = 200
  /// Drives among racks and people whose senses are foretold.
  public var siteDrives = 60
  /// Missions that everybody who is judged drives.
  public var missions = 200
  /// Missions of the ablations and oracles, the first of those above.
  public var sideMissions = 100
  /// Whether the small worlds of memory are learned too.
  public var hasMemory = true

  /// The sizes of the demonstration.
  public init() {}

  /// Too little to judge by.
  public static let fast: EvaluationPlan = {
    var plan = EvaluationPlan()
    plan.robots = 40
    plan.siteDrives = 20
    plan.missions = 32
    plan.sideMissions = 16
    plan.hasMemory = false
    return plan
  }()
}
