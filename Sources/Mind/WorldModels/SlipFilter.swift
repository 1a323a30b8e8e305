// Where the robot is and how much its wheels slip, from wheel travel and localization.

import Basics

/// Three small Kalman filters (Kalman, 1960) that share a heading: heading with turn slip, and
/// position with forward slip. A fix is accurate to millimetres, so its noise over many metres of
/// travel tells the slip to a fraction of a percent.
struct SlipFilter: Sendable {
  private static let positionNoise: Float = 0.002 * 0.002
  private static let headingNoise: Float = 0.002 * 0.002
  private static let gyroNoise: Float = 0.01 * 0.01
  /// The plain prior: uniform in 0.7...1.
  private static let priorMean: Float = 0.85
  private static let priorVariance: Float = 0.0866 * 0.0866

  private(set) var x: Float = 0
  private(set) var y: Float = 0
  private(set) var heading: Float = 0
  private(set) var forward: Float = priorMean
  private(set) var turn: Float = priorMean
  /// Mean square of the recent surprises in position, m².
  private(set) var innovation: Float = 2 * positionNoise

  /// Covariance of x, y and the forward slip.
  private var xx = positionNoise
  private var xy: Float = 0
  private var yy = positionNoise
  private var xs: Float = 0
  private var ys: Float = 0
  private(set) var forwardVariance = priorVariance
  /// Covariance of the heading and the turn slip.
  private var hh = headingNoise
  private var hs: Float = 0
  private(set) var turnVariance = priorVariance
  private var isPlaced = false

  /// Takes in a fix after the wheels have run this far, m, and run at these speeds at its end.
  mutating func observe(_ reading: DriveReading, ranLeft: Float, ranRight: Float) {
    guard isPlaced else {
      x = reading.x
      y = reading.y
      heading = reading.heading
      isPlaced = true
      return
    }
    let turned = (ranRight - ranLeft) / Chassis.track
    let middle = heading + 0.5 * turn * turned
    turnStep(reading, turned: turned)
    moveStep(reading, ran: 0.5 * (ranLeft + ranRight), along: middle)
  }

  private mutating func turnStep(_ reading: DriveReading, turned: Float) {
    heading += turn * turned
    hh += turned * (2 * hs + turned * turnVariance)
    hs += turned * turnVariance
    let travel = abs(turned)
    hh += 1e-7 + 1e-4 * travel * travel
    turnVariance = min(turnVariance + Self.drift * travel, Self.priorVariance)

    let error = wrappedAngle(reading.heading - heading)
    var total = hh + Self.headingNoise
    if error * error > 16 * total {
      // The floor has changed: what was known of the slip counts for little.
      turnVariance = min(turnVariance + Self.jump, Self.priorVariance)
      hh += 0.25 * error * error
      total = hh + Self.headingNoise
    }
    let gain = hh / total
    let slipGain = hs / total
    heading += gain * error
    turn += slipGain * error
    turnVariance -= slipGain * hs
    hs -= gain * hs
    hh -= gain * hh

    let rate = (reading.right - reading.left) / Chassis.track
    let rateTotal = rate * rate * turnVariance + Self.gyroNoise
    let rateError = reading.gyro - turn * rate
    if rateError * rateError < 16 * rateTotal {
      let fromRate = turnVariance * rate / rateTotal
      let headingGain = hs * rate / rateTotal
      turn += fromRate * rateError
      heading += headingGain * rateError
      hh -= headingGain * rate * hs
      hs -= fromRate * rate * hs
      turnVariance -= fromRate * rate * turnVariance
    }
  }

  private mutating func moveStep(_ reading: DriveReading, ran: Float, along middle: Float) {
    let (sine, cosine) = sineCosine(middle)
    let dx = ran * cosine
    let dy = ran * sine
    x += forward * dx
    y += forward * dy
    xx += dx * (2 * xs + dx * forwardVariance)
    xy += dx * ys + dy * xs + dx * dy * forwardVariance
    yy += dy * (2 * ys + dy * forwardVariance)
    xs += dx * forwardVariance
    ys += dy * forwardVariance
    let process = 1e-7 + 2.5e-5 * ran * ran
    xx += process
    yy += process
    forwardVariance = min(forwardVariance + Self.drift * abs(ran), Self.priorVariance)

    let ex = reading.x - x
    let ey = reading.y - y
    let square = ex * ex + ey * ey
    innovation += 0.04 * (min(square, 0.01) - innovation)
    if square > 12 * (xx + yy + 2 * Self.positionNoise) {
      forwardVariance = min(forwardVariance + Self.jump, Self.priorVariance)
      xx += 0.125 * square
      yy += 0.125 * square
    }
    correct(x: ex)
    correct(y: reading.y - y)
  }

  private mutating func correct(x error: Float) {
    let inverse = 1 / (xx + Self.positionNoise)
    let (gx, gy, gs) = (xx * inverse, xy * inverse, xs * inverse)
    x += gx * error
    y += gy * error
    forward += gs * error
    forwardVariance -= gs * xs
    ys -= gs * xy
    yy -= gy * xy
    xs -= gx * xs
    xy -= gx * xy
    xx -= gx * xx
  }

  private mutating func correct(y error: Float) {
    let inverse = 1 / (yy + Self.positionNoise)
    let (gx, gy, gs) = (xy * inverse, yy * inverse, ys * inverse)
    x += gx * error
    y += gy * error
    forward += gs * error
    forwardVariance -= gs * ys
    xs -= gs * xy
    xx -= gx * xy
    ys -= gy * ys
    xy -= gy * xy
    yy -= gy * yy
  }

  /// Growth of a slip's variance per metre or radian.
  private static let drift: Float = 1e-5
  /// Growth of a slip's variance where a fix is far from where it should be.
  private static let jump: Float = 0.05 * 0.05

  /// Both slips, each informed by the other: on one floor they are nearly the same.
  var slips: (forward: (Float, Float), turn: (Float, Float)) {
    let tie: Float = 0.02 * 0.02
    let f = blend(forward, forwardVariance, turn, turnVariance + tie)
    let t = blend(turn, turnVariance, forward, forwardVariance + tie)
    return (f, t)
  }

  private func blend(_ a: Float, _ aa: Float, _ b: Float, _ bb: Float) -> (Float, Float) {
    (
      (a * bb + b * aa) / (aa + bb),
      max(aa * bb / (aa + bb), 1e-8).squareRoot()
    )
  }
}
