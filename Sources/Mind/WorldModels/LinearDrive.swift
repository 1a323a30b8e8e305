// The equations of a plain differential drive, and their rollout: per wheel a gain, a transport
// delay and a first-order lag, then slip between wheel and ground.

/// The parameters of a drive that is linear in its commands.
public struct LinearDrive: Sendable, Hashable {
  /// Time constant of the left wheel, s.
  public var lagLeft: Float
  /// Time constant of the right wheel, s.
  public var lagRight: Float
  /// Time from a command to its first effect, s.
  public var delay: Float
  /// Settled rim speed over commanded speed, left.
  public var gainLeft: Float
  /// Settled rim speed over commanded speed, right.
  public var gainRight: Float
  /// Speed over ground over mean rim speed.
  public var slipForward: Float
  /// Yaw rate over the yaw rate that the rim speeds would give.
  public var slipTurn: Float

  /// A drive.
  public init(
    lagLeft: Float, lagRight: Float, delay: Float, gainLeft: Float, gainRight: Float,
    slipForward: Float, slipTurn: Float
  ) {
    self.lagLeft = lagLeft
    self.lagRight = lagRight
    self.delay = delay
    self.gainLeft = gainLeft
    self.gainRight = gainRight
    self.slipForward = slipForward
    self.slipTurn = slipTurn
  }

  /// What the maker's data sheet says.
  public static let nominal = LinearDrive(
    lagLeft: 0.1, lagRight: 0.1, delay: 0.1, gainLeft: 1, gainRight: 1, slipForward: 1,
    slipTurn: 1)

  /// The mean of the plain robots.
  public static let average = LinearDrive(
    lagLeft: 0.145, lagRight: 0.145, delay: 0.125, gainLeft: 1, gainRight: 1, slipForward: 0.85,
    slipTurn: 0.85)
}

/// The fixed measures of the robots of the warehouse.
public enum Chassis {
  /// Distance between the wheels, m.
  public static let track: Float = 0.5
  /// Seconds a step.
  public static let dt: Float = 0.05
  /// Seconds a substep of the physics: delays are multiples of it.
  public static let substep: Float = 0.01
  /// Substeps a step.
  public static let substeps = 5
  /// Steps that the longest delay reaches back, and one for its fraction.
  public static let memory = 6

  /// The rim speeds that a command asks for.
  @inlinable
  public static func wheels(v: Float, w: Float) -> (left: Float, right: Float) {
    (v - w * (track / 2), v + w * (track / 2))
  }
}
