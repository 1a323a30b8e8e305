// What a robot believes about its own motion: it watches, and imagines what commands would do.

/// A belief about how commands become motion. It is a value: a copy is a snapshot.
public protocol MotionModel: Sendable {
  /// Forgets everything: a new robot, standing still with no command under way.
  mutating func begin()

  /// Takes in what was felt at the end of a step.
  ///
  /// - Parameter command: the action of that step, taken *before* the reading; (0, 0) at the first
  ///   call after `begin()`.
  mutating func observe(_ reading: DriveReading, after command: (v: Float, w: Float))

  /// Where each sequence of commands would lead from the last reading.
  ///
  /// - Parameter paths: of the same samples and steps as `commands`; all of it is written.
  func imagine(_ commands: CommandBatch, into paths: inout PathBatch)
}

/// What the robot feels of its own motion: the "pose", "wheels" and "gyro" of an observation.
public struct DriveReading: Sendable, Hashable {
  /// Position in the map frame, metres.
  public var x: Float
  /// Position in the map frame, metres.
  public var y: Float
  /// Heading in the map frame, radians.
  public var heading: Float
  /// Rim speed of the left wheel, m/s.
  public var left: Float
  /// Rim speed of the right wheel, m/s.
  public var right: Float
  /// Yaw rate, rad/s.
  public var gyro: Float

  /// A reading of the robot's own motion.
  @inlinable
  public init(x: Float, y: Float, heading: Float, left: Float, right: Float, gyro: Float) {
    self.x = x
    self.y = y
    self.heading = heading
    self.left = left
    self.right = right
    self.gyro = gyro
  }
}

/// Sequences of commands, time-major: `[H, S]`, index = step * samples + sample.
public struct CommandBatch: Sendable {
  /// Sequences in the batch, S.
  public let samples: Int
  /// Commands in each, H.
  public let steps: Int
  /// Commanded forward speed, m/s, `[H, S]`.
  public var v: [Float]
  /// Commanded turn rate, rad/s, `[H, S]`.
  public var w: [Float]

  /// A batch of standing still.
  public init(samples: Int, steps: Int) {
    precondition(samples > 0 && steps > 0, "\(samples) samples of \(steps) steps")
    self.samples = samples
    self.steps = steps
    v = [Float](repeating: 0, count: samples * steps)
    w = v
  }
}

/// Imagined paths in the map frame, time-major: `[H, S]`, index = step * samples + sample; entry h
/// is what holds after command h.
public struct PathBatch: Sendable {
  /// Paths in the batch, S.
  public let samples: Int
  /// Steps of each, H.
  public let steps: Int
  /// Metres, `[H, S]`.
  public var x: [Float]
  /// Metres, `[H, S]`.
  public var y: [Float]
  /// Radians, not wrapped, `[H, S]`.
  public var heading: [Float]
  /// Forward speed over ground, m/s, `[H, S]`.
  public var speed: [Float]
  /// How far off the position may be (standard deviation, m), `[H, S]`; 0 where a model cannot say.
  public var doubt: [Float]
  /// Room for models that need some on their way, kept from one time to the next: no part of the paths.
  private var space: [Float] = []

  /// A batch of paths that never leave the origin.
  public init(samples: Int, steps: Int) {
    precondition(samples > 0 && steps > 0, "\(samples) samples of \(steps) steps")
    self.samples = samples
    self.steps = steps
    x = [Float](repeating: 0, count: samples * steps)
    y = x
    heading = x
    speed = x
    doubt = x
  }

  /// Opens all columns for writing, and room for `count` numbers that hold nothing yet.
  mutating func withSpace(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>, PathColumns) -> Void
  ) {
    // Taken out meanwhile: the columns and the space can not be opened both.
    var room: [Float] = []
    swap(&room, &space)
    if room.count < count { room = [Float](repeating: 0, count: count) }
    room.withUnsafeMutableBufferPointer { room in
      guard let base = room.baseAddress else { return }
      withUnsafeColumns { body(base, $0) }
    }
    swap(&room, &space)
  }
}
