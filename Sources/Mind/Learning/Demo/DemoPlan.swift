// How much of everything the demonstration does.

/// The sizes of the demonstration. Results that lie on the disk are used again where their plan is the
/// same.
public struct DemoPlan: Codable, Sendable, Hashable {
  /// Whether it is only for a look: too little of everything to judge by.
  public var isFast = false
  /// The seeds of the trainings.
  public var seeds = [1, 2, 3]
  /// Drives on the open floor that are learned from, of 8 s.
  public var drives = 2048
  /// Rounds among racks and people that are learned from, of 20 s.
  public var rounds = 384
  /// How long each part of a model learns.
  public var training = TrainingPlan()
  /// How much is evaluated.
  public var evaluation = EvaluationPlan()

  /// Steps of a drive and of a round.
  public static let driveSteps = 160
  /// See `driveSteps`.
  public static let roundSteps = 400

  /// The demonstration as it is meant.
  public static let full = DemoPlan()

  /// A look at it, in three minutes.
  public static let fast: DemoPlan = {
    var plan = DemoPlan()
    plan.isFast = true
    plan.seeds = [1]
    plan.drives = 768
    plan.rounds = 128
    plan.training = TrainingPlan(scale: 0.3)
    plan.evaluation = .fast
    return plan
  }()

  /// What the report says before all else; nil where nothing needs to be said.
  public var note: String? {
    isFast
      ? "This was a quick look: one short training and \(evaluation.missions) missions. "
        + "Its numbers say little; \"orrery demo\" without --fast makes those to judge by."
      : nil
  }
}
