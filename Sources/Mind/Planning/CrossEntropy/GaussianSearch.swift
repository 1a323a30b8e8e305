// The distribution of continuous plans: a mean, a deviation, and coloured noise around it.

import Basics

/// Plans of real numbers, in which a slow wave is likelier than a quick one.
struct GaussianSearch: Search {
  private let c: CrossEntropyPlanner.Configuration
  private let ranges: [ClosedRange<Float>]
  private var noise: ColouredNoise
  /// `[horizon, actions]`
  private var mean: [Float]
  private var deviation: [Float]
  private var kept: KeptPlans

  init(_ c: CrossEntropyPlanner.Configuration, ranges: [ClosedRange<Float>]) {
    self.c = c
    self.ranges = ranges
    noise = ColouredNoise(steps: c.horizon, exponent: c.colour)
    mean = []
    for _ in 0..<c.horizon { mean += ranges.map { ($0.lowerBound + $0.upperBound) / 2 } }
    deviation = mean
    kept = KeptPlans(most: c.kept, length: mean.count)
    spread()
  }

  private mutating func spread() {
    for i in deviation.indices {
      let range = ranges[i % ranges.count]
      deviation[i] = c.deviation * (range.upperBound - range.lowerBound) / 2
    }
  }

  mutating func draw(
    _ plans: inout [Float], count: Int, isFirst: Bool, isLast: Bool, random: inout Random
  ) {
    let (width, length) = (ranges.count, mean.count)
    var drawn = kept.copy(to: &plans, most: count)
    if (isFirst || isLast) && drawn < count {
      for i in 0..<length { plans[drawn * length + i] = mean[i] }
      drawn += 1
    }
    for plan in drawn..<count {
      for a in 0..<width {
        noise.draw(&random)
        for t in 0..<c.horizon {
          let i = t * width + a
          plans[plan * length + i] = min(
            ranges[a].upperBound,
            max(ranges[a].lowerBound, mean[i] + deviation[i] * noise.wave[t]))
        }
      }
    }
  }

  mutating func learn(from plans: [Float], elites: [Int]) {
    let (share, length) = (1 / Float(elites.count), mean.count)
    for i in mean.indices {
      var (sum, squares): (Float, Float) = (0, 0)
      for elite in elites { sum += plans[elite * length + i] }
      let centre = sum * share
      for elite in elites {
        let off = plans[elite * length + i] - centre
        squares += off * off
      }
      mean[i] = c.inertia * mean[i] + (1 - c.inertia) * centre
      deviation[i] =
        c.inertia * deviation[i] + (1 - c.inertia) * (squares * share).squareRoot()
    }
    kept.replace(by: plans, elites: elites)
  }

  mutating func advance(random: inout Random) {
    let width = ranges.count
    for i in 0..<mean.count - width { mean[i] = mean[i + width] }
    for plan in 0..<kept.count {
      kept.shift(plan, by: width)
      for a in 0..<width {
        kept[plan, mean.count - width + a] = random.uniform(in: ranges[a])
      }
    }
    spread()
  }
}

/// Noise whose power falls with a power of the frequency, each number of deviation 1 (Timmer and
/// König, 1995).
struct ColouredNoise: Sendable {
  /// What was drawn last, `[steps]`.
  private(set) var wave: [Float]
  /// One row of cosines and one of sines for each frequency, `[waves, steps]`.
  private let waves: [[Float]]

  init(steps: Int, exponent: Float) {
    var waves: [[Float]] = []
    for frequency in 0...max(0, steps / 2) {
      // The constant has the power of the slowest wave, as it would have in a longer window.
      let amplitude = exponential(-exponent / 2 * naturalLogarithm(Float(max(1, frequency))))
      let pace = 2 * Float.pi * Float(frequency) / Float(max(1, steps))
      waves.append((0..<steps).map { amplitude * cosine(pace * Float($0)) })
      if frequency > 0 { waves.append((0..<steps).map { amplitude * sine(pace * Float($0)) }) }
    }
    wave = [Float](repeating: 0, count: steps)
    let variances = (0..<steps).map { t in waves.reduce(0) { $0 + $1[t] * $1[t] } }
    self.waves = waves.map { wave in
      wave.enumerated().map { $1 / max(variances[$0], 1e-12).squareRoot() }
    }
  }

  /// Draws another ``wave``.
  mutating func draw(_ random: inout Random) {
    for t in wave.indices { wave[t] = 0 }
    for row in waves {
      let weight = random.normal()
      for t in wave.indices { wave[t] += weight * row[t] }
    }
  }
}
