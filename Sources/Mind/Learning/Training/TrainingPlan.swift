// How long each part of the warehouse's model learns.

public import Tensors

/// How long each part of the model learns.
public struct TrainingPlan: Codable, Sendable, Hashable {
  /// How the robot moves.
  public var motion: Schedule
  /// How others move.
  public var movers: Schedule
  /// Who steps out from behind corners.
  public var emergence: Schedule
  /// What the lidar shows.
  public var lidar: Schedule
  /// What searches choose.
  public var proposals: RehearsedSchedule
  /// What searches gain.
  public var regret: RehearsedSchedule

  /// A plan whose parts take this share of the steps of the demo.
  ///
  /// - Parameter precision: how the factors of matrix products are held.
  public init(scale: Double = 1, precision: Precision = .float32) {
    func schedule(_ steps: Double, rate: Float) -> Schedule {
      Schedule(
        steps: max(1, Int((steps * scale).rounded())), rate: rate, precision: precision)
    }
    func rehearsed(missions: Double, _ steps: Double) -> RehearsedSchedule {
      RehearsedSchedule(
        missions: Int((missions * scale).rounded(.up)), learning: schedule(steps, rate: 2e-3))
    }
    motion = schedule(2100, rate: 3e-3)
    movers = schedule(1500, rate: 2e-3)
    emergence = schedule(250, rate: 2e-3)
    lidar = schedule(300, rate: 2e-3)
    proposals = rehearsed(missions: 72, 900)
    regret = rehearsed(missions: 24, 300)
  }
}

extension TrainingPlan {
  /// How long a part learns.
  public subscript(stage: WarehouseTraining.Stage) -> Schedule {
    switch stage {
    case .motion: motion
    case .movers: movers
    case .emergence: emergence
    case .lidar: lidar
    case .proposals: proposals.learning
    case .regret: regret.learning
    }
  }

  /// Steps of a part; a wave of missions that it drives before is a step too.
  public func steps(of stage: WarehouseTraining.Stage) -> Int {
    let waves =
      switch stage {
      case .proposals: proposals.waves
      case .regret: regret.waves
      case .motion, .movers, .emergence, .lidar: 0
      }
    return waves + self[stage].steps
  }

  /// Whether one can learn by it: a file may say anything.
  var isSound: Bool {
    proposals.isSound && regret.isSound
      && WarehouseTraining.Stage.allCases.allSatisfy { self[$0].isSound }
  }
}
