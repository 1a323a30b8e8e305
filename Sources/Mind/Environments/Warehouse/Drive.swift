// The drive of the robot as it truly is: delay, lag, limits, slip; no movers, no sensors, no walls.
public import Basics

/// Where the robot is, how its wheels turn, and which commands are still under way.
public struct DriveState: Sendable {
  /// Metres from the left wall.
  public var x: Float
  /// Metres from the lower wall.
  public var y: Float
  /// Radians, in -π...π.
  public var heading: Float
  /// True speed of the left rim, m/s.
  public var left: Float = 0
  /// True speed of the right rim, m/s.
  public var right: Float = 0
  /// True forward speed over the floor, m/s.
  public var speed: Float = 0
  /// True turn rate over the floor, rad/s.
  public var turnRate: Float = 0
  /// Steps since the episode began.
  public var steps: Int32 = 0
  /// Wheel commands (left, right) of the last steps, newest first: what has not arrived yet.
  public var pending: InlineArray<6, SIMD2<Float>> = .init(repeating: .zero)

  /// A robot at rest.
  @inlinable
  public init(pose: Pose) {
    x = pose.x
    y = pose.y
    heading = pose.heading
  }

  /// Position and heading.
  @inlinable
  public var pose: Pose { Pose(x: x, y: y, heading: heading) }
}

/// The true dynamics of one episode's robot. A value: roll it out from any state, as often as wanted.
///
/// A step is five substeps of 0.01 s. In each, per wheel: the command of `quirks.delay` ago (zero
/// before the episode) loses its dead band and gets its gain; the rim follows it by the exact
/// solution of the first-order lag, within the acceleration limit; the floor gets it times the slip
/// of the place where the wheel stands. Then the pose moves along the arc's chord.
public struct Drive: Sendable {
  /// The numbers that this drive is made of.
  public let quirks: Quirks

  /// Distance between the wheels, metres.
  public static let track: Float = 0.5
  /// Seconds a control step.
  public static let dt: Float = 0.05
  /// Seconds a substep.
  public static let substep: Float = 0.01
  /// What forward speed may be commanded, m/s.
  public static let speeds: ClosedRange<Float> = -0.5...1.5
  /// What turn rate may be commanded, rad/s.
  public static let turnRates: ClosedRange<Float> = -2...2

  // What an exact lag closes of the gap in a substep, before and after the load changes.
  @usableFromInline let blend: SIMD2<Float>
  @usableFromInline let loadedBlend: SIMD2<Float>
  @usableFromInline let gain: SIMD2<Float>
  @usableFromInline let loadStep: Int32
  @usableFromInline let changeMax: SIMD2<Float>
  // The first substeps of a step, up to and with number `late`, follow the command of `back` steps
  // ago, the others the one after that.
  @usableFromInline let back: Int
  @usableFromInline let late: Int

  /// The drive that has these quirks. Delays beyond 25 hundredths are taken as 25.
  public init(_ quirks: Quirks) {
    var quirks = quirks
    quirks.delay = min(25, max(0, quirks.delay))
    self.quirks = quirks
    func closed(_ lag: Float) -> Float { lag > 0 ? 1 - exponential(-Self.substep / lag) : 1 }
    blend = SIMD2(closed(quirks.lagLeft), closed(quirks.lagRight))
    loadedBlend = SIMD2(
      closed(quirks.lagLeft * quirks.loadLag), closed(quirks.lagRight * quirks.loadLag))
    gain = SIMD2(quirks.gainLeft, quirks.gainRight)
    let step = quirks.loadTime / Self.dt
    loadStep = step < 1e9 ? Int32(step) : .max
    changeMax = SIMD2(repeating: quirks.accelerationMax * Self.substep)
    back = (quirks.delay + 4) / 5
    late = (quirks.delay + 4) % 5
  }

  /// Takes one control step. Commands out of range are clamped; NaN is taken as zero.
  @inlinable
  public func advance(_ state: inout DriveState, v: Float, w: Float) {
    let v = v == v ? min(Self.speeds.upperBound, max(Self.speeds.lowerBound, v)) : 0
    let w = w == w ? min(Self.turnRates.upperBound, max(Self.turnRates.lowerBound, w)) : 0
    let turn = w * (Self.track / 2)
    var pending = state.pending
    for i in 0..<5 { pending[5 - i] = pending[4 - i] }
    pending[0] = SIMD2(v - turn, v + turn)
    state.pending = pending
    let loaded = state.steps >= loadStep
    let blend = loaded ? loadedBlend : self.blend
    let gain = loaded ? self.gain * quirks.loadGain : self.gain
    var (x, y, heading) = (state.x, state.y, state.heading)
    var rims = SIMD2(state.left, state.right)
    var (forward, rate) = (Float(0), Float(0))
    var (s, c) = sineCosine(heading)
    let early = gain * Self.felt(pending[back], band: quirks.deadBand)
    let next = gain * Self.felt(pending[max(0, back - 1)], band: quirks.deadBand)
    for substep in 0..<5 {
      var change = blend * ((substep <= late ? early : next) - rims)
      change.replace(with: -changeMax, where: change .< -changeMax)
      change.replace(with: changeMax, where: change .> changeMax)
      rims += change
      var floor = rims * quirks.slip
      if quirks.zoneCount > 0 { floor *= wetness(x, y, sine: s, cosine: c) }
      forward = 0.5 * (floor.x + floor.y)
      rate = (floor.y - floor.x) * (1 / Self.track)
      // Along the chord: half of the turn, the way, half of the turn. The turn is so small that
      // two terms of its sine and cosine are exact.
      let half = 0.5 * rate * Self.substep
      let (hs, hc) = (half * (1 - half * half * (1 / 6)), 1 - 0.5 * half * half)
      (s, c) = (s * hc + c * hs, c * hc - s * hs)
      x += forward * Self.substep * c
      y += forward * Self.substep * s
      (s, c) = (s * hc + c * hs, c * hc - s * hs)
      heading += rate * Self.substep
    }
    state.x = x
    state.y = y
    state.heading = wrappedAngle(heading)
    state.left = rims.x
    state.right = rims.y
    state.speed = forward
    state.turnRate = rate
    state.steps &+= 1
  }

  /// What is left of a command to the wheels by their dead band.
  @inlinable
  static func felt(_ command: SIMD2<Float>, band: Float) -> SIMD2<Float> {
    command.replacing(with: 0, where: (command .< band) .& (command .> -band))
  }

  /// What wet discs multiply the two wheels' slip by.
  @inlinable
  func wetness(_ x: Float, _ y: Float, sine: Float, cosine: Float) -> SIMD2<Float> {
    var factors = SIMD2<Float>(repeating: 1)
    let (ox, oy) = (-sine * (Self.track / 2), cosine * (Self.track / 2))
    for i in 0..<quirks.zoneCount {
      let zone = quirks.zones[i]
      let (dx, dy) = (x - zone.x, y - zone.y)
      let squared = zone.radius * zone.radius
      let (lx, ly) = (dx + ox, dy + oy)
      let (rx, ry) = (dx - ox, dy - oy)
      if lx * lx + ly * ly < squared { factors.x = min(factors.x, zone.factor) }
      if rx * rx + ry * ry < squared { factors.y = min(factors.y, zone.factor) }
    }
    return factors
  }
}
