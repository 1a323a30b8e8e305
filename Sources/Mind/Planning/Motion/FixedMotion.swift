// Motion models that never learn: what identification is measured against.

public import WorldModels

/// A motion model with fixed parameters: it knows which commands are under way, and adapts nothing.
public struct FixedMotion: MotionModel {
  /// What it takes the drive for.
  public let drive: LinearDrive
  private var now = RolloutStart()
  private var isFirst = true

  /// A model of this drive.
  public init(_ drive: LinearDrive) { self.drive = drive }

  /// The robot of the data sheet.
  public static let nominal = FixedMotion(.nominal)

  /// The mean of all plain robots.
  public static let average = FixedMotion(.average)

  public mutating func begin() { self = FixedMotion(drive) }

  public mutating func observe(_ reading: DriveReading, after command: (v: Float, w: Float)) {
    if !isFirst {
      let wheels = Chassis.wheels(v: command.v, w: command.w)
      now.commandsLeft.push(wheels.left)
      now.commandsRight.push(wheels.right)
    }
    isFirst = false
    now.x = reading.x
    now.y = reading.y
    now.heading = reading.heading
    now.left = reading.left
    now.right = reading.right
  }

  public func imagine(_ commands: CommandBatch, into paths: inout PathBatch) {
    drive.imagine(commands, from: now, into: &paths)
  }
}
