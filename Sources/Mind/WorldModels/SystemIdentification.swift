// Online identification of a drive: the classical way to drive a robot whose quirks nobody wrote down.

import Basics

/// A motion model that knows the equations of a plain drive and the distribution of its
/// parameters, and infers the parameters from what it feels, by Bayes.
///
/// Per wheel a bank over lag and delay with a regression of the gain (`WheelBank`), joined by
/// their common delay; then Kalman filters for pose and slip (`SlipFilter`). On a robot that is what
/// the equations say nothing is left to learn; a robot that is not shows in `estimate.wheelSurprise`.
public struct SystemIdentification: MotionModel {
  /// What is believed now.
  public private(set) var estimate = DriveEstimate()
  private var left = WheelBank()
  private var right = WheelBank()
  private var slip = SlipFilter()
  private var now = RolloutStart()
  private var delays = [Float](repeating: 1 / Float(WheelBank.delays), count: WheelBank.delays)
  private var isFirst = true

  /// The prior belief.
  public init() {}

  public mutating func begin() { self = SystemIdentification() }

  public mutating func observe(_ reading: DriveReading, after command: (v: Float, w: Float)) {
    if isFirst {
      isFirst = false
      slip.observe(reading, ranLeft: 0, ranRight: 0)
    } else {
      let wheels = Chassis.wheels(v: command.v, w: command.w)
      now.commandsLeft.push(wheels.left)
      now.commandsRight.push(wheels.right)
      let drive = estimate.drive
      let ranLeft = travel(
        from: now.left, to: reading.left, commands: now.commandsLeft, gain: drive.gainLeft,
        by: WheelStep(lag: drive.lagLeft, delay: drive.delay))
      let ranRight = travel(
        from: now.right, to: reading.right, commands: now.commandsRight, gain: drive.gainRight,
        by: WheelStep(lag: drive.lagRight, delay: drive.delay))
      left.observe(reading.left, after: wheels.left)
      right.observe(reading.right, after: wheels.right)
      slip.observe(reading, ranLeft: ranLeft, ranRight: ranRight)
      conclude()
    }
    now.x = slip.x
    now.y = slip.y
    now.heading = slip.heading
    now.left = reading.left
    now.right = reading.right
  }

  public func imagine(_ commands: CommandBatch, into paths: inout PathBatch) {
    estimate.drive.imagine(commands, from: now, into: &paths)
    let start = Chassis.dt * (slip.innovation.squareRoot() + 0.5 * estimate.slipForwardDoubt)
    let samples = paths.samples
    for h in 0..<paths.steps {
      let doubt = 0.003 + Float(h + 1) * start
      for i in h * samples..<(h + 1) * samples { paths.doubt[i] = doubt }
    }
  }

  /// The state from which `imagine` sets out: the filtered pose, the wheels, the commands under way.
  public var state: RolloutStart { now }

  /// How far a wheel ran in a step: as the model says, corrected by half of what it missed at the end.
  private func travel(
    from before: Float, to after: Float, commands: WheelCommands, gain: Float, by step: WheelStep
  ) -> Float {
    let newer = gain * commands[step.reach]
    let older = gain * commands[min(step.reach + 1, 7)]
    let expected = before * step.keep + older * step.older + newer * step.newer
    return before * step.run + older * step.runOlder + newer * step.runNewer
      + 0.5 * Chassis.dt * (after - expected)
  }

  /// Joins the two wheels by their delay, and writes the estimate.
  private mutating func conclude() {
    var total: Float = 0
    for i in delays.indices {
      delays[i] = left.evidence[i] * right.evidence[i]
      total += delays[i]
    }
    var mean: Float = 0
    var square: Float = 0
    for i in delays.indices {
      delays[i] /= max(total, .leastNormalMagnitude)
      let delay = Float(i) * Chassis.substep
      mean += delays[i] * delay
      square += delays[i] * delay * delay
    }
    let l = left.summary(delays)
    let r = right.summary(delays)
    let slips = slip.slips
    estimate.drive = LinearDrive(
      lagLeft: l.lag, lagRight: r.lag, delay: mean, gainLeft: l.gain, gainRight: r.gain,
      slipForward: slips.forward.0, slipTurn: slips.turn.0)
    estimate.delayDoubt = max(0, square - mean * mean).squareRoot()
    estimate.lagLeftDoubt = l.lagDoubt
    estimate.lagRightDoubt = r.lagDoubt
    estimate.gainLeftDoubt = l.gainDoubt
    estimate.gainRightDoubt = r.gainDoubt
    estimate.slipForwardDoubt = slips.forward.1
    estimate.slipTurnDoubt = slips.turn.1
    estimate.wheelSurprise = (0.5 * (left.noise + right.noise)).squareRoot() * 0.002
    estimate.poseSurprise = slip.innovation.squareRoot()
  }
}

/// What system identification believes: the parameters, and a standard deviation for each.
public struct DriveEstimate: Sendable, Hashable {
  /// The most plausible drive.
  public var drive = LinearDrive.average
  /// s.
  public var lagLeftDoubt: Float = 0.06
  /// s.
  public var lagRightDoubt: Float = 0.06
  /// s.
  public var delayDoubt: Float = 0.075
  /// Of the gain, which has no unit.
  public var gainLeftDoubt: Float = 0.1155
  /// Of the gain, which has no unit.
  public var gainRightDoubt: Float = 0.1155
  /// Of the slip, which has no unit.
  public var slipForwardDoubt: Float = 0.0866
  /// Of the slip, which has no unit.
  public var slipTurnDoubt: Float = 0.0866
  /// Root mean square error of the bank's predictions of the wheel speeds one step ahead, lately,
  /// m/s: about 0.01 where the drive is linear, more the less it is.
  public var wheelSurprise: Float = 0.004
  /// Root mean square error of the predicted position one step ahead, lately, m: about 0.003 where
  /// the slip is constant.
  public var poseSurprise: Float = 0.003

  /// The prior.
  public init() {}
}
