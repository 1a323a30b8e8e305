// What a robot believes about those who move around it: it watches, and forecasts where they will be.

public import Environments

/// A belief about people and forklifts. It is a value: a copy is a snapshot.
public protocol MoverModel: Sendable {
  /// Forgets everything, and learns which site this is.
  mutating func begin(_ mission: Mission)

  /// Takes in what was seen at the end of a step.
  ///
  /// - Parameter observation: a whole observation, laid out as `spec`.
  mutating func observe(_ observation: Span<Float>, spec: EnvironmentSpec)

  /// Where movers may be during the next `steps` steps, from the last observation.
  func forecast(steps: Int) -> [MoverFuture]
}

/// One of the ways in which a mover may go on.
public struct MoverFuture: Sendable {
  /// Which mover: the modes of one mover share this number.
  public var mover: Int
  /// How likely this way is, of all ways of this mover.
  public var weight: Float
  /// Metres in the map frame, `[H]`; entry h is the end of step h + 1.
  public var x: [Float]
  /// Metres in the map frame, `[H]`.
  public var y: [Float]
  /// Standard deviation of the position along each axis, metres, `[H]`.
  public var spread: [Float]
  /// Radius of the mover, metres.
  public var radius: Float
  /// Whether nobody has been seen there: what may step out from behind a corner.
  public var isHidden: Bool

  /// One of the ways in which a mover may go on.
  public init(
    mover: Int = 0, weight: Float, x: [Float], y: [Float], spread: [Float], radius: Float,
    isHidden: Bool = false
  ) {
    precondition(
      x.count == y.count && x.count == spread.count,
      "a future of \(x.count) x, \(y.count) y and \(spread.count) spreads")
    self.mover = mover
    self.weight = weight
    self.x = x
    self.y = y
    self.spread = spread
    self.radius = radius
    self.isHidden = isHidden
  }
}
