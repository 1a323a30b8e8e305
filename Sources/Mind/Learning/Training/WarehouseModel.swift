// Everything that a robot learns about its warehouse, as one model and one checkpoint.

public import Basics
public import Networks
import Planning
public import WorldModels

/// How the robot moves, how others move, who steps out from behind corners, what the lidar shows.
public struct WarehouseModel: Module {
  /// How the robot moves.
  public var motion: RobotModel
  /// How those move who are seen.
  public var movers: MoverNetwork
  /// Who steps out from behind corners.
  public var emergence: EmergenceNetwork
  /// What the lidar shows from elsewhere.
  public var lidar: LidarNetwork

  /// A model that has learned nothing.
  public init(random: inout Random) {
    motion = RobotModel(random: &random)
    movers = MoverNetwork(input: MoverFeatures.count, random: &random)
    emergence = EmergenceNetwork(random: &random)
    lidar = LidarNetwork(random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("motion", &motion)
    visitor.module("movers", &movers)
    visitor.module("emergence", &emergence)
    visitor.module("lidar", &lidar)
  }
}
