// Who foretells a robot's motion, from the laziest to the learned.

import Planning
public import WorldModels

/// Somebody who foretells what commands will do.
public struct MotionPredictor: Sendable {
  /// What tables call it.
  public let name: String
  /// What kind of predictor it is.
  public let role: Report.Role
  /// Which training it comes from.
  public let source: Report.Source
  /// A fresh model.
  public let model: any MotionModel
  /// Whether it says, whatever its model says, that the robot stays where it is.
  let copiesLast: Bool

  /// The name of the one to beat.
  public static let identificationName = "Identification"
  /// The name of the one that shows what adapting is worth.
  public static let averageName = "Average robot"
  /// The name of the trained ones.
  public static let learnedName = "Learned"

  /// Everybody who needs no training.
  public static let untrained = [
    MotionPredictor("Copy last", .simple, model: FixedMotion.nominal, copiesLast: true),
    MotionPredictor("Data sheet", .nominal, model: FixedMotion.nominal),
    MotionPredictor(averageName, .average, model: FixedMotion.average),
    MotionPredictor(identificationName, .honest, model: SystemIdentification()),
  ]

  /// What a training has learned.
  public static func learned(_ trained: TrainedModel) -> MotionPredictor {
    MotionPredictor(
      learnedName, .learned, source: trained.source,
      model: LearnedMotion(trained.model.motion))
  }

  init(
    _ name: String, _ role: Report.Role, source: Report.Source = .untrained,
    model: any MotionModel, copiesLast: Bool = false
  ) {
    self.name = name
    self.role = role
    self.source = source
    self.model = model
    self.copiesLast = copiesLast
  }
}
