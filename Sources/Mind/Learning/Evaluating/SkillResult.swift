// What the evaluation of imagination found, modality by modality.

public import Basics
import WorldModels

/// Open-loop skill against copying what was last seen.
public struct SkillResult: Codable, Sendable {
  /// One row for each modality, training and horizon.
  public var rows: [Row] = []
  /// Doubt about movers against the error that came, 1 s ahead.
  public var calibrations: [Calibration] = []

  /// Skill at one horizon.
  public struct Row: Codable, Sendable {
    /// The modality.
    public var modality: String
    /// Which training.
    public var source: Report.Source
    /// Steps ahead.
    public var steps: Int
    /// Futures that were imagined.
    public var cases: Int
    /// Mean error, in the unit of the modality.
    public var error: Double
    /// Mean error of copying what was last seen.
    public var copyLast: Double
    /// 1 − error / error of copying, from means, with its interval over drives.
    public var skill: Interval
    /// The same from medians.
    public var skillMedian: Double
    /// The same from 95th percentiles.
    public var skill95: Double
    /// Error with the commands of another drive over that with its own; nil where commands do not
    /// matter.
    public var actionUse: Interval?
  }

  /// Nothing found yet.
  init() {}

  /// The curves of the report.
  public var curves: [SkillCurve] {
    let groups = Dictionary(grouping: rows) { [$0.modality, named($0.source)] }
    var seen: Set<[String]> = []
    return rows.compactMap { row in
      let key = [row.modality, named(row.source)]
      guard seen.insert(key).inserted, let group = groups[key] else { return nil }
      return SkillCurve(
        modality: row.modality, source: row.source, horizons: group.map(\.steps),
        skill: group.map(\.skill.estimate),
        actionUse: group.first { $0.steps == 20 }?.actionUse?.estimate)
    }
  }

  /// Adds what one training imagined.
  mutating func append(_ samples: [SkillSample], source: Report.Source) {
    var seen: Set<String> = []
    for modality in samples.map(\.modality) where seen.insert(modality).inserted {
      let samples = samples.filter { $0.modality == modality }
      for (k, steps) in SkillEvaluation.horizons.enumerated() {
        rows.append(Self.row(samples, modality: modality, source: source, k: k, steps: steps))
      }
      if samples.allSatisfy({ !$0.doubt.isEmpty }) {
        calibrations.append(Self.calibration(samples, source: source))
      }
    }
  }

  private static func row(
    _ samples: [SkillSample], modality: String, source: Report.Source, k: Int, steps: Int
  ) -> Row {
    let errors = samples.map { Double($0.error[k]) }
    let copies = samples.map { Double($0.copyLast[k]) }
    func perDrive(_ value: (SkillSample) -> Float) -> [Double] {
      // Sums, so that a drive weighs as much as it has samples.
      Dictionary(grouping: samples, by: \.drive).sorted { $0.key < $1.key }.map { _, samples in
        samples.reduce(0) { $0 + Double(value($1)) }
      }
    }
    let mine = perDrive { $0.error[k] }
    func skillAt(_ share: Double) -> Double {
      1 - quantile(share, of: errors) / quantile(share, of: copies)
    }
    return Row(
      modality: modality, source: source, steps: steps, cases: samples.count, error: mean(errors),
      copyLast: mean(copies), skill: learnedSkill(mine, over: perDrive { $0.copyLast[k] }),
      skillMedian: skillAt(0.5), skill95: skillAt(0.95),
      actionUse: samples[0].shuffled.isEmpty
        ? nil : ratio(perDrive { $0.shuffled[k] }, over: mine))
  }

  private static func learnedSkill(_ mine: [Double], over copies: [Double]) -> Interval {
    skill(ratio(mine, over: copies))
  }

  private static func calibration(_ samples: [SkillSample], source: Report.Source) -> Calibration {
    let k = SkillEvaluation.horizons.firstIndex(of: 20) ?? 0
    let doubts = samples.map { Double($0.doubt[k]) }
    let errors = samples.map { Double($0.error[k]) }
    func surprises(_ half: Int) -> [Double] {
      samples.filter { $0.drive % 4 / 2 == half }.map {
        Double($0.error[k] / max($0.doubt[k], 1e-6))
      }
    }
    let conformal = Conformal(calibration: surprises(0), test: surprises(1))
    let nominal = (1...19).map { Double($0) / 20 }
    return Calibration(
      name: "a mover's place 1.0 s ahead, \(named(source))", predicted: doubts, actual: errors,
      nominal: nominal, covered: nominal.map(conformal.coverage),
      spearman: spearman(doubts, errors))
  }
}
