// What a tournament says, with intervals.

public import Basics

/// One contender's episodes in sum.
public struct Summary: Sendable, Codable {
  /// Who drove.
  public let contender: String
  /// How many episodes.
  public let episodes: Int
  /// Share of goals reached, with Wilson's interval.
  public let success: Interval
  /// How episodes ended.
  public let endings: [String: Int]
  /// Success weighted by path length.
  public let spl: Double
  /// Mean time over optimal time, of the successful.
  public let timeRatio: Double
  /// Contacts with what stands, in all.
  public let staticContacts: Int
  /// Contacts with movers at fault, in all, and those with somebody less than a second in sight.
  public let faults: Int
  /// See `faults`.
  public let suddenFaults: Int
  /// Contacts with movers while standing, in all.
  public let blameless: Int
  /// Times that a mover came into the protective field, in all.
  public let violations: Int
  /// Those of them with somebody less than a second in sight.
  public let suddenViolations: Int
  /// Seconds with a mover in the protective field, in all.
  public let violationTime: Double
  /// Hours that were driven.
  public let hours: Double
  /// Median of the least separation, m.
  public let separation: Double
  /// Milliseconds a decision.
  public let decisionMs: Double
  /// Every decision's time.
  public let decisionTimes: DecisionTimes

  /// Sums up the records of one contender.
  public init(_ contender: String, _ records: [EpisodeRecord]) {
    precondition(!records.isEmpty, "no episodes of \(contender)")
    self.contender = contender
    episodes = records.count
    let arrived = records.filter(\.isSuccess)
    success = wilson(arrived.count, of: records.count)
    endings = Dictionary(grouping: records, by: \.ending.rawValue).mapValues(\.count)
    spl = mean(records.map(\.spl))
    timeRatio = mean(arrived.map(\.timeRatio))
    staticContacts = records.reduce(0) { $0 + $1.staticContacts }
    faults = records.reduce(0) { $0 + $1.faults }
    suddenFaults = records.filter(\.isSuddenFault).count
    blameless = records.reduce(0) { $0 + $1.blameless }
    violations = records.reduce(0) { $0 + $1.violations }
    suddenViolations = records.reduce(0) { $0 + $1.suddenViolations }
    violationTime = records.reduce(0) { $0 + Double($1.violationTime) }
    hours = records.reduce(0) { $0 + Double($1.time) } / 3600
    separation = quantile(0.5, of: records.map { Double(min($0.separationMin, 99)) })
    decisionMs = mean(records.map(\.decisionMs))
    decisionTimes = records.reduce(into: DecisionTimes()) { $0.add($1.decisionTimes) }
  }
}

/// Two contenders on the same episodes.
public struct Comparison: Sendable, Codable {
  /// Success of the first less that of the second.
  public let success: Interval
  /// Contacts at fault and violations of the first over those of the second: less is better.
  public let danger: Interval
  /// Contacts at fault of the first over those of the second.
  public let faults: Interval
  /// Seconds of violation of the first over those of the second.
  public let violationTime: Interval

  /// Compares by resampling episodes (paired bootstrap; Efron, 1979).
  ///
  /// The two must have driven the same seeds in the same order.
  public init(_ first: [EpisodeRecord], against second: [EpisodeRecord], random: inout Random) {
    precondition(
      first.map(\.seed) == second.map(\.seed),
      "\(first.count) and \(second.count) episodes are not the same ones")
    func difference(_ value: (EpisodeRecord) -> Double) -> Interval {
      let a = first.map(value)
      let b = second.map(value)
      return bootstrap(first.count, random: &random) { picks in
        picks.reduce(0) { $0 + a[$1] - b[$1] } / Double(picks.count)
      }
    }
    func ratio(_ value: (EpisodeRecord) -> Double) -> Interval {
      let a = first.map(value)
      let b = second.map(value)
      return bootstrap(first.count, random: &random) { picks in
        picks.reduce(0) { $0 + a[$1] } / picks.reduce(0) { $0 + b[$1] }
      }
    }
    success = difference { $0.isSuccess ? 1 : 0 }
    danger = ratio { Double($0.faults + $0.violations) }
    faults = ratio { Double($0.faults) }
    violationTime = ratio { Double($0.violationTime) }
  }
}
