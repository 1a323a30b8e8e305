// What is good and what is bad about an imagined path: the same for every contender.

import Basics
public import Environments
public import WorldModels

/// The weights of the planner's cost. Rates are per second of imagined time.
public struct PathCost: Sendable, Hashable {
  /// Per metre that is still to go at the end, 0.4 m ahead of the robot.
  public var toGoAtEnd: Float = 1
  /// Per metre that is still to go on the way: a rate.
  public var toGo: Float = 0.5
  /// Per m/s of driving backwards: a rate.
  public var reversing: Float = 1.5
  /// For touching what stands.
  public var collision: Float = 60
  /// For coming near what stands: a rate.
  public var closeness: Float = 6
  /// Metres between hull and racks that are near.
  public var room: Float = 0.3
  /// For touching a mover while moving.
  public var contact: Float = 40
  /// For a mover in the protective field: a rate.
  public var violation: Float = 30
  /// Metres around the protective field, and around the robot, that are half in it.
  public var margin: Float = 0.2
  /// Standard deviations of the forecast by which the margin grows.
  public var caution: Float = 1
  /// How much less an imagined second later counts.
  public var discount: Float = 0.75
  /// Per (m/s)² between neighbouring commands.
  public var jerk: Float = 0.3
  /// Per (rad/s)² between neighbouring commands.
  public var swerve: Float = 0.1

  /// The weights that all contenders share.
  public init() {}
}

/// Where a plan is to be made: the way, and who moves there.
public struct Scene: Sendable {
  /// The cost-to-go.
  public var route: Route
  /// Metres: the robot is a disc.
  public var robotRadius: Float
  /// Metres from the goal that count as arrived.
  public var tolerance: Float
  /// Where movers may be.
  public var movers: [MoverFuture]

  /// A place to plan in.
  public init(route: Route, robotRadius: Float, tolerance: Float, movers: [MoverFuture] = []) {
    self.route = route
    self.robotRadius = robotRadius
    self.tolerance = tolerance
    self.movers = movers
  }

  /// The scene of a mission.
  public init(_ mission: Mission, route: Route, movers: [MoverFuture]) {
    self.init(
      route: route, robotRadius: mission.robotRadius, tolerance: mission.goalTolerance,
      movers: movers)
  }
}
