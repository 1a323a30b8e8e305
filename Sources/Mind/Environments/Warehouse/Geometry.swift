// The few shapes that a warehouse is made of. Metres and radians, x to the right, y up.

/// A position and a heading.
public struct Pose: Sendable, Hashable, Codable {
  /// Metres from the left wall.
  public var x: Float
  /// Metres from the lower wall.
  public var y: Float
  /// Radians, counter-clockwise from the x axis.
  public var heading: Float

  /// A position and a heading.
  public init(x: Float, y: Float, heading: Float = 0) {
    self.x = x
    self.y = y
    self.heading = heading
  }
}

/// A place on the floor.
public struct Point: Sendable, Hashable, Codable {
  /// Metres from the left wall.
  public var x: Float
  /// Metres from the lower wall.
  public var y: Float

  /// A place on the floor.
  @inlinable
  public init(x: Float, y: Float) {
    self.x = x
    self.y = y
  }

  /// Metres to another place.
  @inlinable
  public func distance(to other: Point) -> Float {
    let dx = other.x - x
    let dy = other.y - y
    return (dx * dx + dy * dy).squareRoot()
  }
}

/// A box with sides along the axes, such as a rack seen from above.
public struct Rectangle: Sendable, Hashable, Codable {
  /// The left end.
  public var x: Float
  /// The lower end.
  public var y: Float
  /// Metres along x.
  public var width: Float
  /// Metres along y.
  public var height: Float

  /// A box with its lower left corner at (x, y).
  public init(x: Float, y: Float, width: Float, height: Float) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Metres from a place to the box, 0 inside.
  public func distance(x px: Float, y py: Float) -> Float {
    let dx = max(0, x - px, px - x - width)
    let dy = max(0, y - py, py - y - height)
    return (dx * dx + dy * dy).squareRoot()
  }
}
