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
  public var proposals: Schedule
  /// What searches gain.
  public var regret: Schedule

  /// A plan whose parts take this share of the steps of the demo.
  ///
  /// - Parameter precision: how the factors of matrix products are held.
  public init(scale: Double = 1, precision: Precision = .float32) {
    func schedule(_ steps: Double, rate: Float, missions: Double = 0) -> Schedule {
      Schedule(
        steps: max(1, Int((steps * scale).rounded())), rate: rate,
        missions: Int((missions * scale).rounded(.up)), precision: precision)
    }
    motion = schedule(2100, rate: 3e-3)
    movers = schedule(1500, rate: 2e-3)
    emergence = schedule(250, rate: 2e-3)
    lidar = schedule(300, rate: 2e-3)
    proposals = schedule(900, rate: 2e-3, missions: 72)
    regret = schedule(300, rate: 2e-3, missions: 24)
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
    case .proposals: proposals
    case .regret: regret
    }
  }
}
