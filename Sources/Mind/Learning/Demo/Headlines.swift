// The numbers that the work is judged by, with the targets that were set before it began.

import Basics
import Planning

extension EvaluationResults {
  /// All headlines of the parts that there are, most telling first.
  var headlines: [Headline] {
    planningHeadlines + motionHeadlines + skillHeadlines + costHeadlines + memoryHeadlines
  }

  private var planningHeadlines: [Headline] {
    guard let planning, !planning.learned.isEmpty else { return [] }
    let cells = planning.learned
    let records = cells.flatMap(\.records)
    var headlines = [
      Headline(
        "Missions that succeed", wilson(records.count { $0.isSuccess }, of: records.count),
        unit: .share, target: .atLeast(0.95),
        meaning: "It reached its goal in time and touched nothing and nobody.")
    ]
    if let gain = planning.successGain(of: cells) {
      headlines.append(
        Headline(
          "Successes more than the honest opponent", gain, unit: .share, target: .atLeast(0),
          meaning: "Share of the same missions; the opponent is the best classical method we know.")
      )
    }
    if let danger = planning.danger(of: cells) {
      headlines.append(
        Headline(
          "Danger against the honest opponent", danger, unit: .ratio, target: .atMost(0.7),
          meaning: "At-fault contacts and protective-field violations over those of the classical "
            + "method on the same missions."))
    }
    if let danger = planning.danger(of: cells, in: "blindCorner") {
      headlines.append(
        Headline(
          "Danger at blind corners", danger, unit: .ratio,
          meaning: "The same, of the missions in which somebody steps out from behind a rack."))
    }
    return headlines
  }

  private var motionHeadlines: [Headline] {
    guard let motion else { return [] }
    var headlines = motion.studies.reversed().compactMap { study -> Headline? in
      let learned = study.curves.filter { $0.role == .learned }
      // The first learned curve is that of all trainings together.
      guard let ratio = learned.first?.ratio else { return nil }
      return Headline(
        "Own motion, \(study.name.lowercased())", ratio, unit: .ratio, target: study.target,
        meaning: "Error 1 s ahead after \(Int(study.readAt)) s of driving, over that of system "
          + "identification. \(study.meaning)")
    }
    func worst(_ steps: Int, _ value: (MotionResult.Horizon) -> Interval) -> Interval? {
      motion.horizons.filter { $0.steps == steps }.map(value).min { $0.estimate < $1.estimate }
    }
    if let skill = worst(10, \.skill), let average = worst(10, \.skillAverage) {
      headlines += [
        Headline(
          "Skill at own motion", skill, unit: .plain, target: .atLeast(0.9),
          meaning: "Half a second ahead: 1 is perfect, 0 is saying that it stays where it is. "
            + "The worst training counts."),
        Headline(
          "Skill against the average robot", average, unit: .plain, target: .atLeast(0.5),
          meaning: "The same against somebody who knows the average robot: what adapting is worth."),
      ]
    }
    if let use = worst(20, \.actionUse) {
      headlines.append(
        Headline(
          "Use of actions", use, unit: .ratio, target: .atLeast(5),
          meaning: "Error 1 s ahead when it is told the wrong commands, over that with the right."))
    }
    if let rank = motion.horizons.filter({ $0.steps == 20 }).map(\.spearman).min() {
      headlines.append(
        Headline(
          "Doubt ranks error", rank, unit: .plain, target: .atLeast(0.5),
          meaning: "Rank correlation 1 s ahead: where it is unsure, it is indeed more often wrong.")
      )
    }
    return headlines
  }

  private var skillHeadlines: [Headline] {
    guard let skill, let least = skill.rows.min(by: { $0.skill.estimate < $1.skill.estimate })
    else { return [] }
    return [
      Headline(
        "Least skill of any sense", least.skill, unit: .plain, target: .atLeast(0),
        meaning: "Against saying that nothing changes, over all senses and horizons to 2.5 s: "
          + "\(least.modality), \(least.steps) steps ahead.")
    ]
  }

  private var costHeadlines: [Headline] {
    var headlines: [Headline] = []
    let rows = planning?.tables.first?.rows.filter { $0.contender == Driver.learnedTitle } ?? []
    if let row = rows.first, row.decisionP99 > 0 {
      headlines += [
        Headline(
          "Time to decide, median", row.decisionMedian, unit: .milliseconds, target: .atMost(25),
          meaning: "It decides twenty times a second, on one core."),
        Headline(
          "Time to decide, 99th percentile", row.decisionP99, unit: .milliseconds,
          target: .atMost(45), meaning: "One decision in a hundred takes longer than this."),
      ]
    }
    if let planning, let settled = planning.settled(of: planning.learned),
      settled.estimate > 0
    {
      headlines.append(
        Headline(
          "Decisions that need no search", settled, unit: .share,
          meaning:
            "The best of a few proposed plans was taken, because a search promised too little."))
    }
    if let simulator {
      headlines += [
        Headline(
          "Simulator, state only", simulator.state, unit: .perSecond, target: .atLeast(1_000_000),
          meaning: "Steps of the warehouse that one core computes in a second."),
        Headline(
          "Simulator, with lidar", simulator.lidar, unit: .perSecond, target: .atLeast(150_000),
          meaning: "The same with 64 beams."),
      ]
    }
    return headlines
  }

  private var memoryHeadlines: [Headline] {
    guard let least = memory.map(\.signed).min() else { return [] }
    return [
      Headline(
        "Memory worlds", least, unit: .share, target: .atLeast(0.95),
        meaning: "Accuracy in the worse of the worlds that only a memory solves.")
    ]
  }
}
