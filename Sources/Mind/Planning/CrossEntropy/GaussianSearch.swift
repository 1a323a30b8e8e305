// The distribution of continuous plans: a mean, a deviation, and coloured noise around it.

import Basics

/// Plans of real numbers, in which a slow wave is likelier than a quick one.
struct GaussianSearch: Search {
  private let c: CrossEntropyPlanner.Configuration
  private let ranges: [ClosedRange<Float>]
  private let noise: ColouredNoise
  /// `[horizon, actions]`
  private var mean: [Float]
  private var deviation: [Float]
  private var kept: [[Float]] = []

  init(_ c: CrossEntropyPlanner.Configuration, ranges: [ClosedRange<Float>]) {
    self.c = c
    self.ranges = ranges
    noise = ColouredNoise(steps: c.horizon, exponent: c.colour)
    mean = []
    deviation = []
    for _ in 0..<c.horizon { mean += ranges.map { ($0.lowerBound + $0.upperBound) / 2 } }
    spread()
  }

  private mutating func spread() {
    deviation = []
    for _ in 0..<c.horizon {
      deviation += ranges.map { c.deviation * ($0.upperBound - $0.lowerBound) / 2 }
    }
  }

  mutating func draw(
    _ count: Int, isFirst: Bool, isLast: Bool, random: inout Random
  ) -> [[Float]] {
    let width = ranges.count
    var plans = kept
    if isFirst || isLast { plans.append(mean) }
    while plans.count < count {
      var plan = mean
      for a in 0..<width {
        let wave = noise.draw(&random)
        for t in 0..<c.horizon {
          let i = t * width + a
          plan[i] = min(
            ranges[a].upperBound, max(ranges[a].lowerBound, plan[i] + deviation[i] * wave[t]))
        }
      }
      plans.append(plan)
    }
    return plans
  }

  mutating func learn(from elites: [[Float]]) {
    let share = 1 / Float(elites.count)
    for i in mean.indices {
      let centre = elites.reduce(0) { $0 + $1[i] } * share
      let variance = elites.reduce(0) { $0 + ($1[i] - centre) * ($1[i] - centre) } * share
      mean[i] = c.inertia * mean[i] + (1 - c.inertia) * centre
      deviation[i] = c.inertia * deviation[i] + (1 - c.inertia) * variance.squareRoot()
    }
    kept = Array(elites.prefix(c.kept))
  }

  mutating func advance(random: inout Random) {
    let width = ranges.count
    func shifted(_ plan: [Float], end: [Float]) -> [Float] { Array(plan[width...]) + end }
    mean = shifted(mean, end: Array(mean.suffix(width)))
    for i in kept.indices {
      kept[i] = shifted(kept[i], end: ranges.map { random.uniform(in: $0) })
    }
    spread()
  }
}

/// Noise whose power falls with a power of the frequency, each number of deviation 1 (Timmer and
/// König, 1995).
struct ColouredNoise: Sendable {
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
    let variances = (0..<steps).map { t in waves.reduce(0) { $0 + $1[t] * $1[t] } }
    self.waves = waves.map { wave in
      wave.enumerated().map { $1 / max(variances[$0], 1e-12).squareRoot() }
    }
  }

  func draw(_ random: inout Random) -> [Float] {
    var sum = [Float](repeating: 0, count: waves[0].count)
    for wave in waves {
      let weight = random.normal()
      for t in sum.indices { sum[t] += weight * wave[t] }
    }
    return sum
  }
}
