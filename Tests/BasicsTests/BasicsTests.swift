// Numbers that every machine must agree on, and statistics with known answers.
import Basics
import Foundation
import Testing

@Suite struct BasicsTests {
  @Test func streamsAreFixedForEver() {
    var random = Random(seed: 1)
    var other = Random(seed: 1, stream: 1)
    let first = random.next()
    #expect(first != other.next())
    var again = Random(seed: 1)
    #expect(again.next() == first)
  }

  @Test func normalsHaveTheirMoments() {
    var random = Random(seed: 7)
    let values = (0..<100_000).map { _ in Double(random.normal()) }
    let variance = mean(values.map { $0 * $0 })
    #expect(abs(mean(values)) < 0.01 && abs(variance - 1) < 0.02)
  }

  @Test func elementaryFunctionsAreNearTheirReferences() {
    var worst = 0.0
    for i in -20_000...20_000 {
      let x = Float(i) * 0.001
      let (s, c) = sineCosine(x)
      worst = max(worst, abs(Double(s) - sin(Double(x))), abs(Double(c) - cos(Double(x))))
      worst = max(worst, abs(Double(exponential(x)) / exp(Double(x)) - 1))
      worst = max(worst, abs(Double(arcTangent(y: s, x: c)) - atan2(Double(s), Double(c))))
      if x > 0 {
        worst = max(worst, abs(Double(naturalLogarithm(x)) - log(Double(x))))
      }
    }
    #expect(worst < 2e-6)
  }

  @Test func roundingGoesToTheNearest() {
    for x: Float in [0, 0.49, 0.5, 0.51, 1.5, 2.5, 1_000.5, 4_194_303.5, 3.999_999_8] {
      #expect(nearestInteger(x) == x.rounded(.toNearestOrEven))
      #expect(nearestInteger(-x) == (-x).rounded(.toNearestOrEven))
    }
  }

  @Test func statisticsHaveKnownAnswers() {
    let interval = wilson(95, of: 100)
    #expect(abs(interval.lower - 0.8882) < 1e-3 && abs(interval.upper - 0.9785) < 1e-3)
    #expect(spearman([1, 2, 3, 4], [10, 20, 30, 40]) == 1)
    #expect(abs(spearman([1, 2, 3, 4], [4, 3, 2, 1]) + 1) < 1e-12)
    #expect(quantile(0.5, of: [3, 1, 2]) == 2)
  }
}
