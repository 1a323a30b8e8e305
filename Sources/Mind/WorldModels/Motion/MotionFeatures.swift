// What the memory reads at each step: the drive's recent past, and what identification makes of it.

import Basics

/// Turns a stream of readings and commands into the memory's input, one row a step.
///
/// A value that is stepped alike in training and when serving, so that the two cannot drift apart.
public struct MotionFeatures: Sendable {
  /// Floats of a row.
  public static let count = 46
  /// How many of the last commands may still act.
  public static let queueLength = 7
  /// Steps over which the longer differences are taken: half a second.
  static let span = 10

  /// The linear model identified so far, on which the learned core rolls out its residual.
  public private(set) var identification = SystemIdentification()
  /// The last commands at the left wheel, m/s, the newest first.
  private(set) var leftCommands = [Float](repeating: 0, count: queueLength + span)
  /// The last commands at the right wheel, m/s, the newest first.
  private(set) var rightCommands = [Float](repeating: 0, count: queueLength + span)
  /// The last readings, the newest last; at most one more than `span`.
  private var readings: [DriveReading] = []

  /// The features of a robot that has not moved yet.
  public init() { readings.reserveCapacity(Self.span + 1) }

  /// Takes in what is read after `command`.
  public mutating func observe(_ reading: DriveReading, after command: (v: Float, w: Float)) {
    identification.observe(reading, after: command)
    if !readings.isEmpty {
      let wheels = Chassis.wheels(v: command.v, w: command.w)
      leftCommands.removeLast()
      rightCommands.removeLast()
      leftCommands.insert(wheels.left, at: 0)
      rightCommands.insert(wheels.right, at: 0)
    }
    if readings.count > Self.span { readings.removeFirst() }
    readings.append(reading)
  }

  /// The latest reading.
  public var latest: DriveReading {
    precondition(!readings.isEmpty, "no reading has been observed yet")
    return readings[readings.count - 1]
  }

  /// Where the robot is, the noise of the readings filtered out: what imagination sets out from.
  public var anchor: (x: Float, y: Float, heading: Float) {
    let state = identification.state
    return (state.x, state.y, state.heading)
  }

  /// The identified drive, as the core reads it.
  public var base: DriveBase { DriveBase(identification.estimate.drive) }

  /// Appends the row of the latest reading.
  public func append(to row: inout [Float]) {
    let now = latest
    let before = readings[max(0, readings.count - 2)]
    row += [now.left, now.right, (now.left - before.left) * 5, (now.right - before.right) * 5]
    row += leftCommands[0..<Self.queueLength]
    row += rightCommands[0..<Self.queueLength]
    appendMotion(from: before, scale: 20, to: &row)
    appendMotion(from: readings[0], scale: 2, to: &row)
    appendOdometry(to: &row)
    row.append(now.gyro)
    appendEstimate(to: &row)
    let drive = identification.estimate.drive
    let left = WheelStep(lag: drive.lagLeft, delay: drive.delay)
    let right = WheelStep(lag: drive.lagRight, delay: drive.delay)
    for (steps, scale) in [(1, Float(20)), (Self.span, 4)] {
      row.append(scale * miss(\.left, leftCommands, left, gain: drive.gainLeft, steps: steps))
      row.append(scale * miss(\.right, rightCommands, right, gain: drive.gainRight, steps: steps))
    }
  }

  /// The body-frame pose change since `past`.
  private func appendMotion(from past: DriveReading, scale: Float, to row: inout [Float]) {
    let now = latest
    let (s, c) = sineCosine(past.heading)
    let dx = now.x - past.x
    let dy = now.y - past.y
    row += [
      (c * dx + s * dy) * scale, (c * dy - s * dx) * scale,
      wrappedAngle(now.heading - past.heading) * scale,
    ]
  }

  /// How far the wheels say the robot went over the span, and how much it turned.
  private func appendOdometry(to row: inout [Float]) {
    var distance: Float = 0
    var turn: Float = 0
    for i in 1..<max(1, readings.count) {
      let (a, b) = (readings[i - 1], readings[i])
      distance += (a.left + a.right + b.left + b.right) * (Chassis.dt / 4)
      turn += (b.right + a.right - b.left - a.left) * (Chassis.dt / 2 / Chassis.track)
    }
    row += [distance * 2, turn * 2]
  }

  private func appendEstimate(to row: inout [Float]) {
    let e = identification.estimate
    let drive = e.drive
    row += [
      (drive.lagLeft - 0.145) * 10, (drive.lagRight - 0.145) * 10, (drive.delay - 0.125) * 10,
      (drive.gainLeft - 1) * 5, (drive.gainRight - 1) * 5,
      (drive.slipForward - 0.85) * 5, (drive.slipTurn - 0.85) * 5,
      e.lagLeftDoubt * 20, e.lagRightDoubt * 20, e.delayDoubt * 15,
      (e.gainLeftDoubt + e.gainRightDoubt) * 5, e.slipForwardDoubt * 10, e.slipTurnDoubt * 10,
      naturalLogarithm(max(e.wheelSurprise, 1e-4)) + 5,
      naturalLogarithm(max(e.poseSurprise, 1e-4)) + 5,
    ]
  }

  /// By how much the identified drive, set going `steps` ago, is off the wheel's speed now, m/s.
  private func miss(
    _ wheel: KeyPath<DriveReading, Float>, _ commands: [Float], _ step: WheelStep, gain: Float,
    steps: Int
  ) -> Float {
    let back = min(steps, readings.count - 1)
    var speed = readings[readings.count - 1 - back][keyPath: wheel]
    for i in (0..<back).reversed() {
      let newer = commands[min(i + step.reach, commands.count - 1)]
      let older = commands[min(i + step.reach + 1, commands.count - 1)]
      speed = speed * step.keep + gain * (older * step.older + newer * step.newer)
    }
    return readings[readings.count - 1][keyPath: wheel] - speed
  }
}
