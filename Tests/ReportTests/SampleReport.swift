// A report for looking at: made-up findings, and real episodes of the simulator driven by a script.
import Basics
import Environments
import Learning

/// Findings that nobody found: they exist to give the page every part it can have.
func sampleReport(name: String = "a sample") -> Report {
  var report = Report()
  report.note = "Sample data for the test of this page: none of these numbers was measured."
  report.headlines = sampleHeadlines()
  report.planning = [
    PlanningTable(name: "All missions", rows: samplePlanning(200)),
    PlanningTable(name: "Blind corners only", rows: samplePlanning(50)),
  ]
  report.motion = [
    sampleMotion("Plain robots", learned: 0.012, identified: 0.0105, target: 1.3),
    sampleMotion("Rich robots", learned: 0.029, identified: 0.042, target: 0.75),
  ]
  for modality in ["pose", "wheels", "gyro", "goal", "movers", "lidar"] {
    for seed in 1...3 {
      let horizons = [1, 2, 5, 10, 20, 30, 40, 50]
      let decay = modality == "lidar" ? 0.02 : 0.004
      report.skill.append(
        SkillCurve(
          modality: modality, source: .seed(seed), horizons: horizons,
          skill: horizons.map { 0.97 - decay * Double($0) - 0.004 * Double(seed) }, actionUse: 7.2))
    }
  }
  for (measure, scale) in [("training loss", 1.4), ("held-out error 1 s ahead, cm", 38)] {
    for seed in 1...3 {
      var random = Random(seed: UInt64(seed))
      let steps = (0..<120).map { Double($0 * 25) }
      let values = steps.map { step -> Double in
        let fallen: Double = 0.06 + 1 / (1 + step / 90)
        return scale * fallen * (1 + 0.07 * Double(random.normal()))
      }
      report.learning.append(
        LearningCurve(measure: measure, source: .seed(seed), steps: steps, values: values))
    }
  }
  report.calibration = [
    sampleCalibration("the robot's place 1 s ahead", spread: 0.03),
    sampleCalibration("a mover's place 1 s ahead", spread: 0.25),
  ]
  report.memory = [
    MemoryResult(
      world: "counting modulo 3", source: .seed(1), signed: 1, unsigned: 0.36, chance: 0.333),
    MemoryResult(world: "recall", source: .seed(1), signed: 0.998, unsigned: 0.61, chance: 0.25),
  ]
  report.ladder = [
    ("learned", "learned"), ("perfect", "learned"), ("learned", "perfect, if visible"),
    ("learned", "perfect"),
  ]
  .enumerated().map { i, knows in
    LadderRung(
      dynamics: knows.0, movers: knows.1, decision: "search", episodes: 200, successes: 190 + 3 * i,
      atFaultContacts: 4 - i)
  }
  report.provenance = sampleProvenance(name)
  return report
}

private func sampleHeadlines() -> [Headline] {
  [
    Headline(
      "Missions that succeed", wilson(193, of: 200), unit: .share, target: .atLeast(0.95),
      meaning: "The robot reached its goal in time and touched nothing and nobody."),
    Headline(
      "At-fault contacts against the honest opponent",
      Interval(estimate: 0.58, lower: 0.31, upper: 0.97), unit: .ratio, target: .atMost(0.7),
      meaning: "How often it bumps into someone while moving, compared with the classical method."),
    Headline(
      "Motion error on rich robots", Interval(estimate: 0.81, lower: 0.77, upper: 0.86),
      unit: .ratio,
      target: .atMost(0.75),
      meaning:
        "How far off it is about its own body after 5 s, compared with system identification."),
    Headline(
      "Time to decide, median", 11.4, unit: .milliseconds, target: .atMost(25),
      meaning: "It must decide twenty times a second; this is on one core."),
    Headline(
      "Doubt ranks error", 0.63, unit: .plain, target: .atLeast(0.5),
      meaning: "Rank correlation: when it says that it is unsure, it is indeed more often wrong."),
    Headline(
      "Simulator", 1_340_000, unit: .perSecond, target: .atLeast(1_000_000),
      meaning: "Steps of the warehouse that one core computes in a second, without lidar."),
  ]
}

private func samplePlanning(_ episodes: Int) -> [PlanningRow] {
  func row(
    _ name: String, _ role: Report.Role, _ source: Report.Source, _ share: Double, _ contacts: Int,
    _ violations: Int, _ ratio: Interval? = nil
  ) -> PlanningRow {
    var row = PlanningRow(
      name, role: role, source: source, episodes: episodes,
      successes: Int(share * Double(episodes)))
    row.atFaultContacts = contacts
    row.violations = violations
    row.contactRatio = ratio
    row.violationRatio = ratio
    row.staticContacts = role == .nominal ? 30 : 1
    row.timeouts = 2
    row.blamelessContacts = 1
    row.spl = share * 0.94
    row.timeRatio = 1.21
    row.decisionMedian = 11.4
    row.decisionP99 = 23.9
    return row
  }
  let below = Interval(estimate: 0.58, lower: 0.31, upper: 0.97)
  return [
    row("Orrery", .learned, .pooled(3), 0.965, 5, 21, below),
    row("Orrery", .learned, .seed(1), 0.97, 4, 20, below),
    row("Orrery", .learned, .seed(2), 0.96, 5, 22, below),
    row("Orrery", .learned, .seed(3), 0.965, 6, 21, below),
    row("MPPI + identification + Kalman", .honest, .untrained, 0.92, 9, 40),
    row(
      "MPPI, nominal", .nominal, .untrained, 0.7, 24, 80,
      Interval(estimate: 2.6, lower: 1.8, upper: 4)),
    row(
      "Pure pursuit", .simple, .untrained, 0.5, 60, 190, Interval(estimate: 6, lower: 4, upper: 9)),
    row("Random", .floor, .untrained, 0.01, 20, 30),
    row("Orrery + visible movers known", .oracle, .untrained, 0.98, 2, 9, below),
    row("Orrery + all movers known", .oracle, .untrained, 0.995, 0, 3),
  ]
}

private func sampleMotion(_ name: String, learned: Double, identified: Double, target: Double)
  -> MotionStudy
{
  let seconds = [0.5, 1, 2, 3, 5, 8, 12]
  func curve(
    _ name: String, _ role: Report.Role, _ source: Report.Source, _ floor: Double, _ fall: Double
  ) -> MotionStudy.Curve {
    MotionStudy.Curve(
      name, role: role, source: source,
      errors: seconds.map { second in
        let error = floor * (1 + fall / (second * second))
        return Interval(estimate: error, lower: error * 0.9, upper: error * 1.1)
      },
      ratio: role == .honest
        ? nil
        : Interval(
          estimate: floor / identified, lower: floor / identified * 0.93,
          upper: floor / identified * 1.07))
  }
  return MotionStudy(
    name: name, meaning: "Five hundred robots that nobody has driven before.", seconds: seconds,
    readAt: 5, robots: 500, target: .atMost(target),
    curves: [
      curve("Data sheet", .nominal, .untrained, 0.15, 0),
      curve("Average robot", .average, .untrained, 0.07, 0),
      curve("Identification", .honest, .untrained, identified, 0.8),
      curve("Learned", .learned, .seed(1), learned, 0.5),
      curve("Learned", .learned, .seed(2), learned * 1.04, 0.5),
      curve("Learned", .learned, .seed(3), learned * 0.97, 0.5),
      curve("True linear parameters", .oracle, .untrained, identified * 0.8, 0),
    ])
}

private func sampleCalibration(_ name: String, spread: Double) -> Calibration {
  var random = Random(seed: 5)
  let predicted = (0..<600).map { _ in spread * exponential(Float(0.6 * random.normal())).asDouble }
  let actual = predicted.map { predicted in
    let x = predicted * Double(random.normal())
    let y = predicted * Double(random.normal())
    return (x * x + y * y).squareRoot()
  }
  let nominal = (0...10).map { Double($0) / 10 }
  return Calibration(
    name: name, predicted: predicted, actual: actual, nominal: nominal,
    covered: nominal.map { $0 * (0.92 + 0.08 * $0) }, spearman: spearman(predicted, actual))
}

extension Float {
  fileprivate var asDouble: Double { Double(self) }
}

private func sampleProvenance(_ name: String) -> Provenance {
  var provenance = Provenance()
  provenance.command = "orrery demo --seeds 1,2,3 --note '\(name)'"
  provenance.facts = [
    .init("Machine", "2 × AMD EPYC 9R14, 4 GiB"), .init("System", "Debian 12"),
    .init("Swift", "6.3.1"),
    .init("Training seeds", "1, 2, 3"), .init("Mission seeds", "1000 to 1199"),
  ]
  provenance.durations = [
    .init("Collect", "1.2 min"), .init("Train", "7.4 min"), .init("Evaluate", "6.0 min"),
  ]
  provenance.counts = [
    .init("Episodes", "8,192"), .init("Transitions", "1.0 M"), .init("Parameters", "53 k"),
  ]
  provenance.rerun = [
    "orrery collect --episodes 8192 --out runs/demo/data",
    "orrery train --data runs/demo/data --seed 1",
    "orrery evaluate --runs runs/demo",
  ]
  return provenance
}
