// The identified drive at a moment, in the form that the core departs from.

import Basics
public import Tensors

/// What identification makes of a drive, as the core's numbers: how much of a wheel's speed stays,
/// and how the last commands share what does not.
public struct DriveBase: Sendable {
  /// Commands that may act at once, this step's included.
  public static let taps = MotionFeatures.queueLength
  /// Floats of one.
  public static let count = 2 * Wheel.count + 2

  /// One wheel.
  public struct Wheel: Sendable {
    static let count = 2 * DriveBase.taps + 3
    /// logit of the share of the speed that stays after a step.
    public var keep: Float
    /// logit of the share of the distance of a step that is due to the speed before it.
    public var run: Float
    /// Speed reached per commanded speed.
    public var gain: Float
    /// Logarithms of the commands' weights in the speed.
    public var speed: [Float]
    /// Logarithms of the commands' weights in the distance.
    public var distance: [Float]

    init(lag: Float, delay: Float, gain: Float) {
      let step = WheelStep(lag: lag, delay: delay)
      func logit(_ p: Float) -> Float {
        let inside = min(max(p, 1e-4), 1 - 1e-4)
        return naturalLogarithm(inside / (1 - inside))
      }
      func weights(_ newer: Float, _ older: Float) -> [Float] {
        var weights = [Float](repeating: 3e-4, count: DriveBase.taps)
        let total = max(newer + older, 1e-6)
        weights[min(step.reach, DriveBase.taps - 1)] += max(newer / total, 0)
        weights[min(step.reach + 1, DriveBase.taps - 1)] += max(older / total, 0)
        return weights.map(naturalLogarithm)
      }
      keep = logit(step.keep)
      run = logit(step.run / Chassis.dt)
      self.gain = gain
      speed = weights(step.newer, step.older)
      distance = weights(step.runNewer, step.runOlder)
    }

    init(floats f: ArraySlice<Float>) {
      let at = f.startIndex
      keep = f[at]
      run = f[at + 1]
      gain = f[at + 2]
      speed = Array(f[at + 3..<at + 3 + DriveBase.taps])
      distance = Array(f[at + 3 + DriveBase.taps..<at + Self.count])
    }

    var floats: [Float] { [keep, run, gain] + speed + distance }
  }

  /// The left wheel.
  public var left: Wheel
  /// The right wheel.
  public var right: Wheel
  /// Ground speed per mean wheel speed.
  public var slipForward: Float
  /// Yaw rate per that of the wheels.
  public var slipTurn: Float

  /// The numbers of an identified drive.
  public init(_ drive: LinearDrive) {
    left = Wheel(lag: drive.lagLeft, delay: drive.delay, gain: drive.gainLeft)
    right = Wheel(lag: drive.lagRight, delay: drive.delay, gain: drive.gainRight)
    slipForward = drive.slipForward
    slipTurn = drive.slipTurn
  }

  /// One that was written as `floats`.
  public init(floats f: ArraySlice<Float>) {
    precondition(f.count == Self.count, "\(f.count) floats, where \(Self.count) belong")
    let at = f.startIndex
    left = Wheel(floats: f[at..<at + Wheel.count])
    right = Wheel(floats: f[at + Wheel.count..<at + 2 * Wheel.count])
    slipForward = f[at + 2 * Wheel.count]
    slipTurn = f[at + 2 * Wheel.count + 1]
  }

  /// All of it as `count` floats.
  public var floats: [Float] { left.floats + right.floats + [slipForward, slipTurn] }
}

/// The identified drives of a batch's starts, and how fast their wheels turn. `R` rows,
/// `W = 2R` wheels, the left ones first.
public struct DriveBaseBatch: Sendable {
  /// Rim speeds, m/s. `[W, 1]`
  public var wheels: Tensor
  /// See `DriveBase.Wheel`. `[W, 1]`
  public var keep: Tensor
  /// See `DriveBase.Wheel`. `[W, 1]`
  public var run: Tensor
  /// See `DriveBase.Wheel`. `[W, 1]`
  public var gain: Tensor
  /// See `DriveBase.Wheel`. `[W, taps]`
  public var speed: Tensor
  /// See `DriveBase.Wheel`. `[W, taps]`
  public var distance: Tensor
  /// Forward and turning slip. `[R, 2]`
  public var slip: Tensor

  /// The drives of these rows.
  public init(_ rows: [(base: DriveBase, left: Float, right: Float)]) {
    let n = rows.count
    let sides = rows.map(\.base.left) + rows.map(\.base.right)
    func column(_ value: (DriveBase.Wheel) -> Float) -> Tensor {
      Tensor(sides.map(value), shape: [2 * n, 1])
    }
    wheels = Tensor(rows.map(\.left) + rows.map(\.right), shape: [2 * n, 1])
    keep = column(\.keep)
    run = column(\.run)
    gain = column(\.gain)
    speed = Tensor(sides.flatMap(\.speed), shape: [2 * n, DriveBase.taps])
    distance = Tensor(sides.flatMap(\.distance), shape: [2 * n, DriveBase.taps])
    slip = Tensor(
      rows.flatMap { [$0.base.slipForward, $0.base.slipTurn] }, shape: [n, 2])
  }

  /// These drives, drawn towards `other` by what is not kept of them.
  ///
  /// - Parameter keeping: 1 for all of a row's identified drive, 0 for the other one. `[R, 1]`
  func drawn(to other: LinearDrive, keeping: Tensor) -> DriveBaseBatch {
    let base = DriveBase(other)
    let sides = Tensor.concatenated([keeping, keeping], axis: 0)
    func blend(_ value: Tensor, _ floats: [Float], _ share: Tensor) -> Tensor {
      let fixed = Tensor(floats, shape: [floats.count])
      return (value - fixed) * share + fixed
    }
    var drawn = self
    drawn.keep = blend(keep, [base.left.keep], sides)
    drawn.run = blend(run, [base.left.run], sides)
    drawn.gain = blend(gain, [base.left.gain], sides)
    drawn.speed = blend(speed, base.left.speed, sides)
    drawn.distance = blend(distance, base.left.distance, sides)
    drawn.slip = blend(slip, [base.slipForward, base.slipTurn], keeping)
    return drawn
  }
}
