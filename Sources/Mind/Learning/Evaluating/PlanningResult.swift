// What the drivers' missions say, in tables and with intervals.

public import Basics
import Planning

/// All drivers' missions.
public struct PlanningResult: Codable, Sendable {
  /// One for each driver and training.
  public var cells: [PlanningCell]

  /// All drivers' missions.
  public init(_ cells: [PlanningCell]) { self.cells = cells }

  /// The tables of the report.
  public var tables: [PlanningTable] {
    let all = table("All missions") { _ in true }
    let corners = table("Blind corners only: somebody steps out from behind a rack") {
      $0.scenario == "blindCorner"
    }
    return [all, corners].filter { !$0.rows.isEmpty }
  }

  /// The decision ladder, over the missions that all of its rungs drove; trainings are pooled.
  public var ladder: [LadderRung] {
    var seen: Set<Driver.Rung> = []
    let climbed = cells.filter { $0.rung != nil }.map { Set($0.records.map(\.seed)) }
    let common = climbed.dropFirst().reduce(climbed.first ?? []) { $0.intersection($1) }
    return cells.compactMap(\.rung).filter { seen.insert($0).inserted }.map { rung in
      let records = cells.filter { $0.rung == rung }.flatMap(\.records).filter {
        common.contains($0.seed)
      }
      var row = LadderRung(
        dynamics: rung.dynamics, movers: rung.movers, decision: rung.decision,
        episodes: records.count, successes: records.count { $0.isSuccess },
        atFaultContacts: records.reduce(0) { $0 + $1.faults })
      let decisions = max(1, records.reduce(0) { $0 + $1.decisions })
      row.violations = records.reduce(0) { $0 + $1.violations }
      row.searched = Double(records.reduce(0) { $0 + $1.searches }) / Double(decisions)
      row.imaginedSteps = records.reduce(0) { $0 + $1.imaginedSteps } / decisions
      row.milliseconds = mean(records.map(\.decisionMs))
      return row
    }
  }

  /// The cells of the one that learned everything.
  public var learned: [PlanningCell] { cells.filter { $0.title == Driver.learnedTitle } }

  /// The cell of the honest opponent.
  public var honest: PlanningCell? { cells.first { $0.role == .honest } }

  /// Contacts at fault and violations of the protective field over those of the honest opponent on the
  /// same missions, trainings pooled; nil where either did not drive or the honest one had none.
  public func danger(of cells: [PlanningCell], in scenario: String? = nil) -> Interval? {
    let isIn = { (record: EpisodeRecord) in scenario == nil || record.scenario == scenario }
    return against(honest, cells, in: isIn) { Double($0.faults + $0.violations) }
  }

  /// Share of successes less that of the honest opponent on the same missions, trainings pooled.
  public func successGain(of cells: [PlanningCell]) -> Interval? {
    guard let honest, !cells.isEmpty else { return nil }
    let isIn = { (_: EpisodeRecord) in true }
    let pairs = pairs(cells, honest, in: isIn) { $0.isSuccess ? 1 : 0 }
    guard !pairs.isEmpty else { return nil }
    var random = Random(seed: 3, stream: 0xB007)
    return bootstrap(pairs.count, random: &random) { picks in
      mean(picks.map { pairs[$0].mine - pairs[$0].theirs })
    }
  }

  /// Share of decisions that needed no search (bootstrap over missions); nil where nobody decided.
  public func settled(of cells: [PlanningCell]) -> Interval? {
    let records = cells.flatMap(\.records).filter { $0.decisions > 0 }
    guard !records.isEmpty else { return nil }
    return ratio(
      records.map { Double($0.decisions - $0.searches) }, over: records.map { Double($0.decisions) }
    )
  }

  private func table(_ name: String, in scenario: (EpisodeRecord) -> Bool) -> PlanningTable {
    var rows: [PlanningRow] = []
    var seen: Set<String> = []
    let ranked = cells.enumerated().sorted { (rank($0.1), $0.0) < (rank($1.1), $1.0) }
    for (_, cell) in ranked where seen.insert(cell.title).inserted {
      let group = cells.filter { $0.title == cell.title }
      if group.count > 1 {
        rows += row(group, .pooled(group.count), in: scenario).map { [$0] } ?? []
      }
      rows += group.compactMap { row([$0], $0.source, in: scenario) }
    }
    return PlanningTable(name: name, rows: rows)
  }

  /// The one that learned first, then the one to beat, then the others from good to bad.
  private func rank(_ cell: PlanningCell) -> Int {
    if cell.title == Driver.learnedTitle { return 0 }
    if cell.role == .honest { return 1 }
    return 2 + (Report.Role.allCases.firstIndex(of: cell.role) ?? 0)
  }

  private func row(
    _ cells: [PlanningCell], _ source: Report.Source, in scenario: (EpisodeRecord) -> Bool
  ) -> PlanningRow? {
    let records = cells.flatMap(\.records).filter(scenario)
    guard !records.isEmpty else { return nil }
    let summary = Summary(cells[0].title, records)
    var row = PlanningRow(
      summary.contender, role: cells[0].role, source: source, episodes: summary.episodes,
      successes: records.count { $0.isSuccess })
    row.atFaultContacts = summary.faults
    row.blamelessContacts = summary.blameless
    row.staticContacts = summary.staticContacts
    row.timeouts = records.count { $0.ending == .timeOut }
    row.violations = summary.violations
    if cells[0].role != .honest {
      row.contactRatio = against(honest, cells, in: scenario) { Double($0.faults) }
      row.violationRatio = against(honest, cells, in: scenario) { Double($0.violations) }
    }
    row.spl = summary.spl
    row.timeRatio = summary.timeRatio
    row.decisionMedian = summary.decisionTimes.milliseconds(0.5)
    row.decisionP99 = summary.decisionTimes.milliseconds(0.99)
    return row
  }

  /// A sum over that of another driver on the same missions (paired bootstrap over missions).
  private func against(
    _ other: PlanningCell?, _ cells: [PlanningCell], in scenario: (EpisodeRecord) -> Bool,
    _ value: (EpisodeRecord) -> Double
  ) -> Interval? {
    guard let other, !cells.isEmpty else { return nil }
    let pairs = pairs(cells, other, in: scenario, value)
    guard pairs.contains(where: { $0.theirs > 0 }) else { return nil }
    return ratio(pairs.map(\.mine), over: pairs.map(\.theirs))
  }

  /// A number of each mission that both drove: the mean over trainings, and the other driver's.
  private func pairs(
    _ cells: [PlanningCell], _ other: PlanningCell, in scenario: (EpisodeRecord) -> Bool,
    _ value: (EpisodeRecord) -> Double
  ) -> [(mine: Double, theirs: Double)] {
    let mine = Dictionary(grouping: cells.flatMap(\.records), by: \.seed)
    return other.records.filter(scenario).compactMap { record in
      mine[record.seed].map { (mean($0.map(value)), value(record)) }
    }
  }
}
