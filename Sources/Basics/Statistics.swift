// What may be said from samples: quantiles, ranks and intervals.

/// An estimate between two bounds.
public struct Interval: Sendable, Hashable, Codable {
  /// The point estimate.
  public var estimate: Double
  /// The lower bound.
  public var lower: Double
  /// The upper bound.
  public var upper: Double

  /// An estimate and its bounds.
  public init(estimate: Double, lower: Double, upper: Double) {
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
  }
}

/// The share of successes with its 95 % interval (Wilson, 1927).
public func wilson(_ successes: Int, of trials: Int) -> Interval {
  precondition(
    trials > 0 && (0...trials).contains(successes), "\(successes) successes of \(trials) trials")
  let n = Double(trials)
  let p = Double(successes) / n
  let z = 1.959_963_984_540_054
  let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
  let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  return Interval(estimate: p, lower: max(0, centre - half), upper: min(1, centre + half))
}

/// A statistic of resampled units with its 95 % percentile interval (Efron, 1979).
///
/// - Parameter statistic: called with the indices of a sample of `0..<count`, drawn with repetition.
public func bootstrap(
  _ count: Int, resamples: Int = 1000, random: inout Random, _ statistic: ([Int]) -> Double
) -> Interval {
  precondition(count > 0 && resamples > 0, "\(resamples) resamples of \(count) units")
  let estimate = statistic(Array(0..<count))
  var indices = [Int](repeating: 0, count: count)
  var values: [Double] = []
  values.reserveCapacity(resamples)
  for _ in 0..<resamples {
    for i in 0..<count { indices[i] = random.index(below: count) }
    let value = statistic(indices)
    if value.isFinite { values.append(value) }
  }
  guard !values.isEmpty else {
    return Interval(estimate: estimate, lower: -.infinity, upper: .infinity)
  }
  values.sort()
  return Interval(
    estimate: estimate, lower: quantile(0.025, ofSorted: values),
    upper: quantile(0.975, ofSorted: values))
}

/// The mean, or 0 of nothing.
public func mean(_ values: [Double]) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

/// The value below which the given share of `values` lies, interpolated.
public func quantile(_ share: Double, of values: [Double]) -> Double {
  quantile(share, ofSorted: values.sorted())
}

private func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
  precondition(
    !values.isEmpty && (0...1).contains(share), "quantile \(share) of \(values.count) values")
  let position = share * Double(values.count - 1)
  let below = Int(position)
  let above = min(below + 1, values.count - 1)
  return values[below] + (values[above] - values[below]) * (position - Double(below))
}

/// Spearman's rank correlation, ties at their mean rank; 0 where either side is constant.
public func spearman(_ first: [Double], _ second: [Double]) -> Double {
  precondition(first.count == second.count, "\(first.count) values against \(second.count)")
  let a = ranks(first)
  let b = ranks(second)
  let centreA = mean(a)
  let centreB = mean(b)
  var ab = 0.0
  var aa = 0.0
  var bb = 0.0
  for (x, y) in zip(a, b) {
    ab += (x - centreA) * (y - centreB)
    aa += (x - centreA) * (x - centreA)
    bb += (y - centreB) * (y - centreB)
  }
  return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
}

private func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count && values[order[end + 1]] == values[order[start]] { end += 1 }
    for i in start...end { ranks[order[i]] = Double(start + end) / 2 }
    start = end + 1
  }
  return ranks
}
