// Everything that an evaluation found, and the report that it makes.

/// The parts of an evaluation; a part that was not asked for is empty.
public struct EvaluationResults: Sendable {
  /// The robot's own motion.
  public var motion: MotionResult?
  /// Every sense, imagined.
  public var skill: SkillResult?
  /// Missions.
  public var planning: PlanningResult?
  /// The worlds that only a memory solves.
  public var memory: [MemoryResult] = []
  /// What training looked like.
  public var learning: [LearningCurve] = []
  /// Missions to look at.
  public var replays: [Recording] = []
  /// Steps a second of the simulator on one core: without lidar and with; nil where not measured.
  public var simulator: (state: Double, lidar: Double)?
  /// Where the numbers come from.
  public var provenance = Provenance()
  /// What the report says before all else.
  public var note: String?

  /// Nothing found yet.
  public init() {}

  /// The report.
  public var report: Report {
    var report = Report()
    report.note = note
    report.headlines = headlines
    report.planning = planning?.tables ?? []
    report.ladder = planning?.ladder ?? []
    report.motion = motion?.studies ?? []
    report.skill = skill?.curves ?? []
    report.calibration = (motion?.calibrations ?? []) + (skill?.calibrations ?? [])
    report.learning = learning
    report.memory = memory
    report.replays = replays
    report.provenance = provenance
    return report
  }
}
