// From samples to findings: who foretells how well, and after how much driving.

import Basics
public import Tensors
import WorldModels

extension MotionEvaluation {
  /// Scores everybody and says what came of it; nil where `goOn` ended it.
  public func result(
    of trained: [TrainedModel], on workers: Workers, goOn: @escaping GoOn
  ) -> MotionResult? {
    let predictors = MotionPredictor.untrained + trained.map(MotionPredictor.learned)
    var scores: [MotionScores] = []
    for (i, predictor) in predictors.enumerated() {
      let count = Double(predictors.count)
      let goOn = part(Double(i) / count, Double(i + 1) / count, of: goOn)
      guard let samples = score(predictor.model, on: workers, goOn: goOn) else { return nil }
      scores.append(MotionScores(predictor, samples: samples, robots: episodes.count))
    }
    let learned = scores.filter { $0.predictor.role == .learned }
    let others = scores.filter { $0.predictor.role != .learned }
    var groups = others.map { [$0] }
    if learned.count > 1 { groups.append(learned) }
    groups += learned.map { [$0] }
    return MotionResult(
      studies: [false, true].map { study(groups, isRich: $0) },
      tails: [false, true].flatMap { tails(others + learned, isRich: $0) },
      horizons: learned.flatMap { horizons($0, against: others) },
      calibrations: learned.map { calibration(of: $0, steps: MotionResult.second) })
  }

  /// What so many steps take, in whole hundredths.
  static func seconds(of steps: Int) -> Double {
    (Double(steps) * Double(Chassis.dt) * 100).rounded() / 100
  }

  /// The robots of one kind.
  private func robots(isRich: Bool) -> [Int] {
    episodes.indices.filter { episodes[$0].isRich == isRich }
  }

  /// A curve for each group of predictors; a group of several trainings is their mean.
  private func study(_ groups: [[MotionScores]], isRich: Bool) -> MotionStudy {
    let robots = robots(isRich: isRich)
    let horizon = MotionScores.index(of: MotionResult.second)
    let seconds = Self.moments.map(Self.seconds)
    func errors(_ group: [MotionScores], moment: Int) -> [Double] {
      let each = group.map { $0.perRobot(robots, moments: [moment], $0.error(at: horizon)) }
      return robots.indices.map { robot in mean(each.map { $0[robot] }) }
    }
    let last = seconds.count - 1
    let honest = groups.first { $0[0].predictor.role == .honest }.map { errors($0, moment: last) }
    let curves = groups.map { group in
      var random = Random(seed: 1, stream: 0xB007)
      let intervals = Self.moments.indices.map { moment in
        let errors = errors(group, moment: moment)
        return bootstrap(robots.count, random: &random) { picks in mean(picks.map { errors[$0] }) }
      }
      let mine = errors(group, moment: last)
      let predictor = group[0].predictor
      let against = predictor.role == .honest ? nil : honest.map { ratio(mine, over: $0) }
      return MotionStudy.Curve(
        predictor.name, role: predictor.role,
        source: group.count > 1 ? .pooled(group.count) : predictor.source, errors: intervals,
        ratio: against)
    }
    return MotionStudy(
      name: isRich ? "Rich robots" : "Plain robots",
      meaning: isRich
        ? "Limited acceleration, a dead band, wet floor, changing load: identification has no "
          + "equations for these."
        : "Lag, delay, gains and slip: identification has exactly these equations.",
      seconds: seconds, readAt: seconds[last], robots: robots.count,
      target: MotionResult.target(isRich: isRich), curves: curves)
  }

  private func tails(_ scores: [MotionScores], isRich: Bool) -> [MotionResult.Tail] {
    let robots = robots(isRich: isRich)
    let horizon = MotionScores.index(of: MotionResult.second)
    return scores.flatMap { scores in
      Self.moments.indices.map { moment in
        let errors = scores.all(robots, moments: [moment], scores.error(at: horizon))
        return MotionResult.Tail(
          robots: isRich ? "rich" : "plain", predictor: scores.predictor.name,
          source: scores.predictor.source,
          seconds: Self.seconds(of: Self.moments[moment]),
          median: quantile(0.5, of: errors), percentile95: quantile(0.95, of: errors))
      }
    }
  }
}

/// The sum of one over the sum of the other, pair by pair, with its interval.
func ratio(_ first: [Double], over second: [Double]) -> Interval {
  precondition(first.count == second.count, "\(first.count) numbers over \(second.count)")
  var random = Random(seed: 2, stream: 0xB007)
  return bootstrap(first.count, random: &random) { picks in
    picks.reduce(0) { $0 + first[$1] } / picks.reduce(0) { $0 + second[$1] }
  }
}

/// One less a ratio.
func skill(_ ratio: Interval) -> Interval {
  Interval(estimate: 1 - ratio.estimate, lower: 1 - ratio.upper, upper: 1 - ratio.lower)
}
