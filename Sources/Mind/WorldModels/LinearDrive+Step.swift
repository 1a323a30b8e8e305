// One step of one wheel of a linear drive, in closed form.

public import Basics

/// What one step does to a wheel under a command that changes once within it, as every linear
/// drive's does: first `older`, then `newer`.
///
///     speed'   = keep · speed + older · u₁ + newer · u₂
///     distance = run · speed + runOlder · u₁ + runNewer · u₂
///
/// The lag answers a held command exactly, s(t) = u + (s₀ - u) exp(-t / lag); the distance is summed
/// over substeps as the simulator does it, with the speed at the end of each.
public struct WheelStep: Sendable, Hashable {
  /// Whole steps between a command and the step in which it first acts.
  public var reach: Int
  /// Share of the speed that stays.
  public var keep: Float
  /// Effect of the older command on the speed.
  public var older: Float
  /// Effect of the newer command on the speed.
  public var newer: Float
  /// Effect of the speed before on the distance, s.
  public var run: Float
  /// Effect of the older command on the distance, s.
  public var runOlder: Float
  /// Effect of the newer command on the distance, s.
  public var runNewer: Float

  /// The step of a wheel with this lag and delay, both in seconds.
  @inlinable
  public init(lag: Float, delay: Float) {
    let steps = max(0, delay) / Chassis.dt
    reach = Int(steps)
    let first = max(0, delay) - Float(reach) * Chassis.dt
    let second = Chassis.dt - first
    let rate = -1 / max(lag, 0.005)
    let perSubstep = exponential(Chassis.substep * rate)
    let sum = Chassis.substep * perSubstep / (1 - perSubstep)
    let before = exponential(first * rate)
    let after = exponential(second * rate)
    keep = before * after
    older = (1 - before) * after
    newer = 1 - after
    run = sum * (1 - before * after)
    runOlder = first - sum * (1 - before) * after
    runNewer = second - sum * (1 - after)
  }
}

/// The last commands of one wheel, newest first: lane 0 is the one just taken.
public typealias WheelCommands = SIMD8<Float>

extension WheelCommands {
  /// Puts a command in front of the others.
  @inlinable
  @inline(__always)
  public mutating func push(_ command: Float) {
    self = WheelCommands(command, self[0], self[1], self[2], self[3], self[4], self[5], self[6])
  }
}
