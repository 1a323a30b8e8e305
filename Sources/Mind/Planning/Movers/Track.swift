// One mover that is being followed.

/// What is known about one mover from detections without identity: a constant-velocity Kalman filter
/// (Kalman, 1960) whose axes are independent, and the last two seconds of what it said.
public struct Track: Sendable {
  /// The number of the track, never used again in an episode.
  public let id: Int
  /// Metres.
  public let radius: Float
  /// 0 person, 1 forklift.
  public let kind: Int
  /// Metres in the map frame.
  public private(set) var x: Float
  /// Metres in the map frame.
  public private(set) var y: Float
  /// m/s in the map frame.
  public private(set) var vx: Float = 0
  /// m/s in the map frame.
  public private(set) var vy: Float = 0
  /// Variance of the position along each axis, m².
  public private(set) var positionVariance: Float
  /// Covariance of position and velocity along each axis, m²/s.
  public private(set) var crossVariance: Float = 0
  /// Variance of the velocity along each axis, m²/s².
  public private(set) var velocityVariance: Float
  /// Seconds since it was first seen.
  public private(set) var age: Float = 0
  /// Seconds since it was last seen.
  public private(set) var unseen: Float = 0
  /// The last two seconds, oldest first, one entry a step; entries on which it was unseen are
  /// predictions.
  public private(set) var history: [Past] = []

  /// Where a track was.
  public struct Past: Sendable, Hashable {
    /// Metres in the map frame.
    public var x: Float
    /// Metres in the map frame.
    public var y: Float
    /// m/s in the map frame.
    public var vx: Float
    /// m/s in the map frame.
    public var vy: Float
    /// Whether it was seen there.
    public var isSeen: Bool
  }

  /// Entries that `history` holds at most.
  public static let historyMax = 40
  /// How much velocity wanders, m²/s³: people turn and stop at will.
  public static let restlessness: Float = 0.15
  /// Variance of the velocity of somebody just met, m²/s².
  public static let velocityPrior: Float = 0.8

  init(id: Int, detection: Detection) {
    self.id = id
    radius = detection.radius
    kind = detection.kind
    x = detection.x
    y = detection.y
    positionVariance = detection.variance
    velocityVariance = Self.velocityPrior
    remember(isSeen: true)
  }

  /// Moves on by one step without looking.
  mutating func predict(dt: Float) {
    x += vx * dt
    y += vy * dt
    let q = Self.restlessness
    positionVariance +=
      dt * (2 * crossVariance + dt * velocityVariance) + q * dt * dt * dt / 3
    crossVariance += dt * velocityVariance + q * dt * dt / 2
    velocityVariance += q * dt
    age += dt
    unseen += dt
  }

  /// Takes in a detection.
  mutating func correct(_ detection: Detection) {
    let total = positionVariance + detection.variance
    let gain = positionVariance / total
    let speedGain = crossVariance / total
    let (ex, ey) = (detection.x - x, detection.y - y)
    x += gain * ex
    y += gain * ey
    vx += speedGain * ex
    vy += speedGain * ey
    velocityVariance -= speedGain * crossVariance
    crossVariance -= gain * crossVariance
    positionVariance -= gain * positionVariance
    unseen = 0
  }

  /// Stops where it is: something stands in its way.
  mutating func halt() {
    x -= vx * 0.05
    y -= vy * 0.05
    vx = 0
    vy = 0
  }

  /// Writes down what is believed now.
  mutating func remember(isSeen: Bool) {
    if history.count == Self.historyMax { history.removeFirst() }
    history.append(Past(x: x, y: y, vx: vx, vy: vy, isSeen: isSeen))
  }
}

/// A mover seen at one instant, in the map frame.
public struct Detection: Sendable, Hashable {
  /// Metres.
  public var x: Float
  /// Metres.
  public var y: Float
  /// Metres.
  public var radius: Float
  /// 0 person, 1 forklift.
  public var kind: Int
  /// Variance along each axis, m².
  public var variance: Float

  /// A mover seen at one instant.
  public init(x: Float, y: Float, radius: Float, kind: Int, variance: Float) {
    self.x = x
    self.y = y
    self.radius = radius
    self.kind = kind
    self.variance = variance
  }
}
