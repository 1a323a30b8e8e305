// What a wheel does with its commands, by Bayes: a bank of hypotheses about lag and delay, and in each
// a regression.

import Basics

/// The belief about one wheel: 26 delays (0...250 ms, as fine as the true ones) by 8 cells of lag.
///
/// The answer r(t) of a lag to the delayed command is known exactly, and the speed is gain · r. Within
/// a cell around the lag T the answer is linear in ln(lag / T), with the sensitivity z = ∂r / ∂ln T, so
///
///     speed = g · r + h · z        lag = T · exp(h / g)
///
/// is a linear regression with a closed form, and the cells leave no gaps between them. A hypothesis
/// weighs as much as its predictions were likely; a small share of the weight is always given back to
/// all (Herbster and Warmuth, 1998), so that a load taken up on the way is noticed.
struct WheelBank: Sendable {
  /// Delays of the bank.
  static let delays = 26
  /// Rows of the ring of answers: a power of two above the longest delay.
  private static let ringCount = 32
  /// The lags in the middle of the cells, s: 0.04...0.25 in eight equal ratios.
  private static let lags = Wide(
    0.04484, 0.05638, 0.07090, 0.08914, 0.11208, 0.14093, 0.17720, 0.22280)
  /// The regressions count errors in units of this, m/s.
  private static let unit: Float = 0.002
  /// Prior variance of the gain (uniform in 0.8...1.2) and of ln(lag / T) in a cell, in units.
  private static let gainVariance: Float = 0.1155 * 0.1155 / (unit * unit)
  private static let cellVariance: Float = 0.1 * 0.1 / (unit * unit)

  /// The answer of every lag to the commands so far, at one substep.
  private struct Answer {
    var r = Wide.zero
    var z = Wide.zero
  }

  /// Eight hypotheses that share a delay.
  private struct Cells {
    var g = Wide(repeating: 1)
    var h = Wide.zero
    var gg = Wide(repeating: gainVariance)
    var gh = Wide.zero
    var hh = Wide(repeating: cellVariance)
    var weight = Wide(repeating: 1 / Float(8 * delays))

    /// One step of recursive least squares; the square of the error in units of its deviation.
    @inline(__always)
    mutating func learn(_ y: Wide, _ answer: Answer, growth: Float) -> Wide {
      let fades = (gg .< gainVariance) .& (hh .< cellVariance)
      let inflation = Wide(repeating: 1).replacing(with: growth, where: fades)
      let (a, b, c) = (gg * inflation, gh * inflation, hh * inflation)
      let pg = a * answer.r + b * answer.z
      let ph = b * answer.r + c * answer.z
      let inverse = 1 / (1 + answer.r * pg + answer.z * ph)
      let error = y - g * answer.r - h * answer.z
      g += pg * inverse * error
      h += ph * inverse * error
      gg = a - pg * pg * inverse
      gh = b - pg * ph * inverse
      hh = c - ph * ph * inverse
      return error * error * inverse * (1 / (unit * unit))
    }
  }

  private var ring = [Answer](repeating: Answer(), count: ringCount)
  private var cells = [Cells](repeating: Cells(), count: delays)
  private var head = 0
  private var keep = Wide.zero
  private var sensitivity: Wide
  private var share: Float = 1
  private var floor: Float = 0
  /// Mean square of the recent prediction errors, in units squared.
  private(set) var noise: Float = 4
  /// Weight of each delay, summed over lags.
  private(set) var evidence = [Float](repeating: 1 / Float(delays), count: delays)

  /// The share of the data that is left after a step while the wheel turns.
  private static let fading: Float = 0.97
  /// The share of the weight that is given back to all hypotheses, per step.
  private static let restart: Float = 0.003
  /// The share of a step's evidence that is believed: errors of neighbouring steps are alike, the
  /// more so the less the drive is what the equations say.
  private static let trust: Float = 0.5
  private static let correlation: Float = 0.1

  init() {
    for lane in 0..<8 { keep[lane] = exponential(-Chassis.substep / Self.lags[lane]) }

    sensitivity = keep * Chassis.substep / Self.lags
  }

  /// Takes in the speed at the end of a step that began with `command`.
  mutating func observe(_ speed: Float, after command: Float) {
    advance(command)
    if abs(command) < 0.01 && abs(speed) < 0.004 && isAtRest { return }
    regress(speed)
  }

  private var isAtRest: Bool {
    abs(ring[(head + Self.ringCount - 25) % Self.ringCount].r[7]) < 0.01
  }

  private mutating func advance(_ command: Float) {
    let u = Wide(repeating: command)
    let keep = keep
    let sensitivity = sensitivity
    var answer = ring[head]
    ring.withUnsafeMutableBufferPointer { ring in
      for _ in 0..<Chassis.substeps {
        let gap = u - answer.r
        answer.z = keep * answer.z - sensitivity * gap
        answer.r = u - keep * gap
        head = (head &+ 1) & (Self.ringCount - 1)
        ring[head] = answer
      }
    }
  }

  /// Predicts with every hypothesis, weighs each by how well it did, and learns in each.
  ///
  /// The likelihood (1 + e² / 16 s)⁻⁸ is the normal one for small errors and forgives large ones.
  private mutating func regress(_ speed: Float) {
    let y = Wide(repeating: speed)
    let rate = Self.trust / (16 * noise * (1 + Self.correlation * noise))
    let growth = 1 / Self.fading
    let (head, share, floor) = (head, share, floor)
    var total: Float = 0
    var surprise = Wide.zero
    ring.withUnsafeBufferPointer { ring in
      cells.withUnsafeMutableBufferPointer { cells in
        evidence.withUnsafeMutableBufferPointer { evidence in
          for delay in 0..<Self.delays {
            let answer = ring[(head &- delay) & (Self.ringCount - 1)]
            let square = cells[delay].learn(y, answer, growth: growth)
            let before = cells[delay].weight * share + floor
            surprise += before * square
            let doubled = 1 + square * rate
            let fourth = doubled * doubled * (doubled * doubled)
            let weight = before / (fourth * fourth)
            cells[delay].weight = weight
            let sum = weight.total
            evidence[delay] = sum
            total += sum
          }
        }
      }
    }
    // Normalized lazily: the next step multiplies by `share` and adds `floor`.
    let inverse = 1 / max(total, .leastNormalMagnitude)
    self.share = (1 - Self.restart) * inverse
    self.floor = Self.restart / Float(8 * Self.delays)
    for delay in 0..<Self.delays { evidence[delay] *= inverse }
    noise = max(0.8, noise + 0.04 * (min(surprise.total, 400) - noise))
  }

  /// Moments of the belief under weights of the delays that the two wheels agreed on.
  func summary(_ delays: [Float]) -> WheelEstimate {
    var gain = Moments()
    var lag = Moments()
    let unit = Self.unit * Self.unit * max(noise, 1)
    for delay in 0..<Self.delays where delays[delay] > 1e-4 {
      let c = cells[delay]
      let weight = c.weight * (delays[delay] / max(c.weight.total, .leastNormalMagnitude))
      let offset = (c.h / c.g.replacing(with: 0.1, where: c.g .< 0.1)).clamped(
        lowerBound: Wide(repeating: -0.5), upperBound: Wide(repeating: 0.5))
      gain.add(c.g, variance: c.gg * unit, weight: weight)
      lag.add(Self.logLags + offset, variance: c.hh * unit, weight: weight)
    }
    let middle = exponential(lag.mean)
    return WheelEstimate(
      gain: gain.mean, gainDoubt: gain.deviation, lag: middle, lagDoubt: middle * lag.deviation)
  }

  private static let logLags: Wide = {
    var logs = Wide.zero
    for lane in 0..<8 { logs[lane] = naturalLogarithm(lags[lane]) }
    return logs
  }()
}

/// What a bank believes about its wheel.
struct WheelEstimate {
  var gain: Float
  var gainDoubt: Float
  var lag: Float
  var lagDoubt: Float
}

/// Weighted sums for a mean and a standard deviation.
private struct Moments {
  private var total: Float = 0
  private var first: Float = 0
  private var second: Float = 0

  mutating func add(_ value: Wide, variance: Wide, weight: Wide) {
    total += weight.total
    first += (weight * value).total
    second += (weight * (value * value + variance)).total
  }

  var mean: Float { first / max(total, .leastNormalMagnitude) }

  var deviation: Float {
    max(0, second / max(total, .leastNormalMagnitude) - mean * mean).squareRoot()
  }
}
