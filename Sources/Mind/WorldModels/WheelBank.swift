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
    var surprise = Wide.zero
  }

  private var ring = [Answer](repeating: Answer(), count: ringCount)
  private var cells = [Cells](repeating: Cells(), count: delays)
  private var head = 0
  private var keep: Wide
  private var sensitivity: Wide
  private var share: Float = 1
  private var floor: Float = 0
  /// Mean square of the recent prediction errors, in units squared.
  private(set) var noise: Float = 4
  /// Weight of each delay, summed over lags.
  private(set) var evidence = [Float](repeating: 1 / Float(delays), count: delays)

  /// How fast old data fade while the wheel turns, a share per step.
  var fading: Float = 0.995
  /// The share of the weight that is given back to all hypotheses, per step.
  var restart: Float = 0.002
  /// The share of a step's evidence that is believed: errors of neighbouring steps are alike.
  var trust: Float = 0.5

  init() {
    let rate = -Chassis.substep / Self.lags
    keep = exponential(rate)
    sensitivity = keep * -rate
  }

  /// Takes in the speed at the end of a step that began with `command`.
  mutating func observe(_ speed: Float, after command: Float) {
    advance(command)
    if abs(command) < 0.01 && abs(speed) < 0.004 && isAtRest { return }
    let least = regress(speed)
    weigh(above: least)
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

  /// Predicts with every hypothesis, learns in each; the least surprise is returned.
  private mutating func regress(_ speed: Float) -> Float {
    let y = Wide(repeating: speed)
    let scale = Wide(repeating: 1 / (Self.unit * Self.unit))
    let growth = 1 / fading
    var least = Wide(repeating: .greatestFiniteMagnitude)
    let head = head
    ring.withUnsafeBufferPointer { ring in
      cells.withUnsafeMutableBufferPointer { cells in
        for delay in 0..<Self.delays {
          let answer = ring[(head &- delay) & (Self.ringCount - 1)]
          var c = cells[delay]
          let fades = (c.gg .< Self.gainVariance) .& (c.hh .< Self.cellVariance)
          let inflation = Wide(repeating: 1).replacing(with: growth, where: fades)
          let gg = c.gg * inflation
          let gh = c.gh * inflation
          let hh = c.hh * inflation
          let pg = gg * answer.r + gh * answer.z
          let ph = gh * answer.r + hh * answer.z
          let spread = 1 + answer.r * pg + answer.z * ph
          let inverse = 1 / spread
          let error = y - c.g * answer.r - c.h * answer.z
          c.g += pg * inverse * error
          c.h += ph * inverse * error
          c.gg = gg - pg * pg * inverse
          c.gh = gh - pg * ph * inverse
          c.hh = hh - ph * ph * inverse
          c.surprise = error * error * inverse * scale
          least.replace(with: c.surprise, where: c.surprise .< least)
          cells[delay] = c
        }
      }
    }
    return least.min()
  }

  /// Gives every hypothesis its weight by how well it predicted.
  private mutating func weigh(above least: Float) {
    let rate = Wide(repeating: -0.5 * trust / noise)
    let share = Wide(repeating: share)
    let floor = Wide(repeating: floor)
    var total: Float = 0
    var surprise = Wide.zero
    evidence.withUnsafeMutableBufferPointer { evidence in
      cells.withUnsafeMutableBufferPointer { cells in
        for delay in 0..<Self.delays {
          let before = cells[delay].weight * share + floor
          surprise += before * cells[delay].surprise
          let weight = before * exponential((cells[delay].surprise - least) * rate)
          cells[delay].weight = weight
          let sum = weight.sum()
          evidence[delay] = sum
          total += sum
        }
      }
    }
    // Normalized lazily: the next step multiplies by `share` and adds `floor`.
    self.share = (1 - restart) / total
    self.floor = restart / Float(8 * Self.delays)
    for delay in 0..<Self.delays { evidence[delay] /= total }
    noise = max(0.8, noise + 0.04 * (min(surprise.sum(), 400) - noise))
  }

  /// Moments of the belief under weights of the delays that the two wheels agreed on.
  func summary(_ delays: [Float]) -> WheelEstimate {
    var gain = Moments()
    var lag = Moments()
    let unit = Self.unit * Self.unit * max(noise, 1)
    for delay in 0..<Self.delays where delays[delay] > 1e-4 {
      let c = cells[delay]
      let weight = c.weight * (delays[delay] / max(c.weight.sum(), .leastNormalMagnitude))
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
    total += weight.sum()
    first += (weight * value).sum()
    second += (weight * (value * value + variance)).sum()
  }

  var mean: Float { first / max(total, .leastNormalMagnitude) }

  var deviation: Float {
    max(0, second / max(total, .leastNormalMagnitude) - mean * mean).squareRoot()
  }
}
