// Everything that a robot learns about its warehouse, as one model and one checkpoint.

public import Basics
public import Networks
public import Planning
public import WorldModels

/// How the robot moves, how others move, who steps out from behind corners, what the lidar shows, and
/// what plans are worth a thought.
public struct WarehouseModel: Module {
  /// How the robot moves.
  public var motion: RobotModel
  /// How those move who are seen.
  public var movers: MoverNetwork
  /// Who steps out from behind corners.
  public var emergence: EmergenceNetwork
  /// What the lidar shows from elsewhere.
  public var lidar: LidarNetwork
  /// What a search would probably choose.
  public var proposals: ProposalNetwork
  /// What a search would gain beyond that.
  public var regret: RegretNetwork

  /// A model that has learned nothing.
  public init(random: inout Random) {
    motion = RobotModel(random: &random)
    movers = MoverNetwork(input: MoverFeatures.count, random: &random)
    emergence = EmergenceNetwork(random: &random)
    lidar = LidarNetwork(random: &random)
    proposals = ProposalNetwork(random: &random)
    regret = RegretNetwork(random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("motion", &motion)
    visitor.module("movers", &movers)
    visitor.module("emergence", &emergence)
    visitor.module("lidar", &lidar)
    visitor.module("proposals", &proposals)
    visitor.module("regret", &regret)
  }
}
