// How long decisions took, one by one, in little room.

import Basics

/// A histogram of durations whose bins are 2 % wide, so that quantiles of single decisions can be
/// told for whole tournaments.
public struct DecisionTimes: Sendable, Hashable, Codable {
  /// How many decisions took between 1.02ⁿ and 1.02ⁿ⁺¹ milliseconds, by n.
  public private(set) var counts: [Int: Int] = [:]

  private static let width = naturalLogarithm(1.02)

  /// No decisions yet.
  public init() {}

  /// Decisions in all.
  public var count: Int { counts.values.reduce(0, +) }

  /// Adds a decision.
  public mutating func add(seconds: Double) {
    let milliseconds = Float(min(max(seconds * 1000, 1e-4), 1e7))
    let bin = Int((naturalLogarithm(milliseconds) / Self.width).rounded(.down))
    counts[bin, default: 0] += 1
  }

  /// Adds the decisions of others.
  public mutating func add(_ others: DecisionTimes) {
    counts.merge(others.counts, uniquingKeysWith: +)
  }

  /// The milliseconds that the given share of decisions does not exceed, to 1 %; 0 of none.
  public func milliseconds(_ share: Double) -> Double {
    var left = Int((Double(count) * share).rounded(.up))
    for (bin, count) in counts.sorted(by: { $0.key < $1.key }) {
      left -= count
      if left <= 0 { return Double(exponential((Float(bin) + 0.5) * Self.width)) }
    }
    return 0
  }
}
