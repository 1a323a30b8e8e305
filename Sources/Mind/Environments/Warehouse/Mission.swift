// What a robot is told, what only judges may see, and what happened.

/// What the robot is told at the start of an episode.
public struct Mission: Sendable {
  /// The building, as the map has it.
  public var site: Site
  /// Where the robot stands.
  public var start: Pose
  /// Where it is to go.
  public var goal: Point
  /// Metres from the goal that count as arrived.
  public var goalTolerance: Float
  /// Seconds after which the mission is given up: 3 · `timeOptimal` + 10, at most 90.
  public var timeMax: Float
  /// Metres of the shortest way that keeps 0.5 m from everything that stands.
  public var lengthOptimal: Float
  /// Seconds that way takes at 1.2 m/s, with an allowance for its turns.
  public var timeOptimal: Float
  /// Metres: the robot is a disc.
  public var robotRadius: Float { Warehouse.robotRadius }
  /// Metres between the wheels.
  public var track: Float { Drive.track }
  /// Seconds a control step.
  public var dt: Float { Drive.dt }
  /// The fastest forward command, m/s.
  public var speedMax: Float { Drive.speeds.upperBound }
}

/// What happened in the last step.
public struct Events: Sendable, Hashable {
  /// The robot has begun to touch a wall or a rack.
  public var staticContact = false
  /// A mover and the moving robot (more than 0.05 m/s) have begun to touch.
  public var atFaultMoverContact = false
  /// A mover has begun to touch the standing robot.
  public var blamelessContact = false
  /// A mover is in the protective field: where the robot could not stop short of it.
  public var protectiveFieldViolation = false
  /// The robot is within the tolerance of its goal.
  public var arrived = false

  /// Nothing happened.
  public init() {}
}

/// What is really so: for oracles and judges only.
public struct Truth: Sendable {
  /// Where the robot is, how its wheels turn, and the commands under way.
  public var drive: DriveState
  /// What is wrong with the robot.
  public var quirks: Quirks
  /// Everybody else, seen or not, in a fixed order.
  public var movers: [MoverState]
  /// A snapshot of the whole world, to ask what would come.
  let world: Warehouse

  /// Position and heading of the robot.
  public var pose: Pose { drive.pose }

  /// Where every mover will be after each of the next steps: exact as long as the robot is where
  /// `robot` says.
  ///
  /// - Returns: `[steps][movers]`.
  public func moversAhead(steps: Int, robot: RobotAhead = .constantVelocity) -> [[MoverState]] {
    world.moversAhead(steps: steps, robot: robot)
  }

  init(_ world: Warehouse) {
    self.world = world
    drive = world.state.drive
    quirks = world.drive.quirks
    movers = (0..<world.state.crowd.count).map { world.moverState($0) }
  }
}

/// What movers are to meet while their future is asked for.
public enum RobotAhead: Sendable, Hashable {
  /// Nobody: they walk as if the robot was not there.
  case absent
  /// The robot where it is, at rest.
  case standing
  /// The robot going on straight at its present speed.
  case constantVelocity
}

/// One mover, as it truly is.
public struct MoverState: Sendable, Hashable {
  /// Metres from the left wall.
  public var x: Float
  /// Metres from the lower wall.
  public var y: Float
  /// m/s in the map frame.
  public var vx: Float
  /// m/s in the map frame.
  public var vy: Float
  /// Radians: where it faces.
  public var heading: Float
  /// Metres: a mover is a disc.
  public var radius: Float
  /// What it is.
  public var kind: MoverKind
  /// Whether nothing stands between it and the robot's middle, and they are at most 12 m apart.
  public var visible: Bool
}

/// What a mover is.
public enum MoverKind: UInt8, Sendable, Hashable, Codable {
  /// On foot: radius 0.3 m, 0.6–1.6 m/s.
  case person
  /// Radius 0.6 m, 1–2.2 m/s.
  case forklift
}
