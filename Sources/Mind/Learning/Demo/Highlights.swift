// Which missions are worth looking at.

import Planning

/// A mission to look at, and why.
public struct Highlight: Sendable, Hashable {
  /// The mission.
  public var seed: UInt64
  /// Why it is worth looking at.
  public var title: String
}

extension PlanningResult {
  /// A mission of each kind that there is: a plain success, a blind corner, a near miss, a failure.
  public var highlights: [Highlight] {
    guard let learned = learned.first, let honest else { return [] }
    let theirs = Dictionary(honest.records.map { ($0.seed, $0) }) { first, _ in first }
    func danger(_ record: EpisodeRecord?) -> Int {
      record.map { $0.faults + $0.violations } ?? 0
    }
    var chosen: [Highlight] = []
    func choose(
      _ title: String, _ isFit: (EpisodeRecord) -> Bool, by rank: (EpisodeRecord) -> Float
    ) {
      let candidates = learned.records.filter { record in
        isFit(record) && !chosen.contains { $0.seed == record.seed }
      }
      guard let best = candidates.min(by: { (rank($0), $0.seed) < (rank($1), $1.seed) }) else {
        return
      }
      chosen.append(Highlight(seed: best.seed, title: title))
    }
    choose("Among people and forklifts") { record in
      record.isSuccess && record.scenario == "ordinary" && record.violations == 0
    } by: {
      $0.separationMin
    }
    choose("A blind corner") { record in
      record.isSuccess && record.scenario == "blindCorner" && record.violations == 0
    } by: { record in
      // One at which the opponent fared worse shows most; among those, the closest.
      record.separationMin - Float(10 * min(danger(theirs[record.seed]), 1))
    }
    choose("A near miss") {
      $0.isSuccess && $0.violations > 0
    } by: {
      -$0.violationTime
    }
    choose("A failure") {
      !$0.isSuccess
    } by: {
      $0.time
    }
    return chosen
  }
}
