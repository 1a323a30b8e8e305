// The results of an evaluation as tables for a terminal.
import Basics
import Foundation
import Learning

/// Tables of what was found.
struct ResultTables {
  private let results: EvaluationResults

  init(_ results: EvaluationResults) { self.results = results }

  /// All tables that there is something for.
  var text: String {
    ([headlines, motion, skill].compactMap { $0 } + planning + [ladder, memory].compactMap { $0 })
      .joined(separator: "\n\n")
  }

  private var report: Report { results.report }

  private var headlines: String? {
    guard !report.headlines.isEmpty else { return nil }
    var table = Table(["", "measured", "95 % interval", "target", ""], numeric: [1])
    for headline in report.headlines {
      let unit = headline.unit
      let interval =
        headline.hasInterval
        ? "\(words(headline.value.lower, unit)) to \(words(headline.value.upper, unit))" : ""
      let target =
        switch headline.target {
        case .atLeast(let bound)?: "≥ \(words(bound, unit))"
        case .atMost(let bound)?: "≤ \(words(bound, unit))"
        case nil: ""
        }
      let verdict = headline.passes.map { $0 ? "reached" : "missed" } ?? ""
      table.add(
        [headline.name, words(headline.value.estimate, unit), interval, target, verdict])
    }
    return table.text
  }

  private var motion: String? {
    guard let motion = results.motion else { return nil }
    return motion.studies.map { study in
      var table = Table(
        ["\(study.name): error 1 s ahead, cm"]
          + study.seconds.map { "\(number($0, 2)) s" } + ["/ identification"],
        numeric: Set(1...study.seconds.count + 1))
      for curve in study.curves {
        table.add(
          [name(curve.predictor, curve.source)]
            + curve.errors.map { number($0.estimate * 100, 2) }
            + [
              curve.ratio.map {
                "\(number($0.estimate, 2)) (\(number($0.lower, 2))–\(number($0.upper, 2)))"
              } ?? ""
            ])
      }
      return table.text
    }.joined(separator: "\n\n")
  }

  private var skill: String? {
    guard let curves = results.skill?.curves, let first = curves.first else { return nil }
    var table = Table(
      ["Open-loop skill at k ="] + first.horizons.map(String.init),
      numeric: Set(1...first.horizons.count))
    for curve in curves {
      table.add([name(curve.modality, curve.source)] + curve.skill.map { number($0, 3) })
    }
    return table.text
  }

  private var planning: [String] {
    report.planning.map { planning in
      var table = Table(
        [
          planning.name, "missions", "success", "contacts", "near misses", "racks", "late",
          "blameless", "SPL", "time", "ms p50", "ms p99",
        ], numeric: Set(1...11))
      for row in planning.rows {
        table.add(
          [
            name(row.contender, row.source), String(row.episodes),
            number(100 * Double(row.successes) / Double(max(row.episodes, 1)), 1) + " %",
            String(row.atFaultContacts), String(row.violations), String(row.staticContacts),
            String(row.timeouts), String(row.blamelessContacts), number(row.spl, 2),
            number(row.timeRatio, 2), number(row.decisionMedian, 1), number(row.decisionP99, 1),
          ])
      }
      return table.text
    }
  }

  private var ladder: String? {
    guard !report.ladder.isEmpty else { return nil }
    var table = Table(
      [
        "own body", "others", "decides by", "missions", "success", "contacts", "near misses",
        "searched", "imagined", "ms",
      ], numeric: Set(3...9))
    for rung in report.ladder {
      table.add([
        rung.dynamics, rung.movers, rung.decision, String(rung.episodes),
        number(100 * Double(rung.successes) / Double(max(rung.episodes, 1)), 1) + " %",
        String(rung.atFaultContacts), String(rung.violations),
        number(100 * rung.searched, 0) + " %", String(rung.imaginedSteps),
        number(rung.milliseconds, 1),
      ])
    }
    return table.text
  }

  private var memory: String? {
    guard !results.memory.isEmpty else { return nil }
    var table = Table(
      ["Memory", "eigenvalues in [−1, 1]", "in [0, 1]", "guessing"], numeric: [1, 2, 3])
    for result in results.memory {
      table.add(
        [name(result.world, result.source)]
          + [result.signed, result.unsigned, result.chance].map { number($0 * 100, 1) + " %" })
    }
    return table.text
  }

  private func name(_ name: String, _ source: Report.Source) -> String {
    switch source {
    case .untrained: name
    case .seed(let seed): "\(name), seed \(seed)"
    case .pooled(let count): "\(name), all \(count) seeds"
    }
  }

  private func words(_ value: Double, _ unit: Headline.Unit) -> String {
    switch unit {
    case .share: number(value * 100, 1) + " %"
    case .ratio, .plain: number(value, 2)
    case .milliseconds: number(value, 1) + " ms"
    case .metres: number(value * 100, 1) + " cm"
    case .perSecond: ProgressBar.short(value) + "/s"
    case .seconds: ProgressBar.clock(value)
    }
  }

  private func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
