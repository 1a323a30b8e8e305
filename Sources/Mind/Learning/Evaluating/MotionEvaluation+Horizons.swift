// What a trained model of motion is worth at each horizon, and whether its doubt is to be trusted.

import Basics

extension MotionEvaluation {
  /// Skill, use of actions and doubt of a training at the reported horizons.
  func horizons(_ learned: MotionScores, against others: [MotionScores]) -> [MotionResult.Horizon] {
    let robots = Array(episodes.indices)
    let moments = MotionScores.settled
    guard let average = others.first(where: { $0.predictor.role == .average }) else { return [] }
    return MotionResult.reported.map { steps in
      let k = MotionScores.index(of: steps)
      let errors = learned.perRobot(robots, moments: moments) { $0.error[k] }
      let copies = learned.perRobot(robots, moments: moments) { $0.copyLast[k] }
      let averages = average.perRobot(robots, moments: moments) { $0.error[k] }
      let shuffled = learned.perRobot(robots, moments: moments) { $0.shuffled[k] }
      let each = learned.all(robots, moments: moments) { $0.error[k] }
      let eachCopy = learned.all(robots, moments: moments) { $0.copyLast[k] }
      let doubts = learned.all(robots, moments: moments) { $0.doubt[k] }
      func skillAt(_ share: Double) -> Double {
        1 - quantile(share, of: each) / quantile(share, of: eachCopy)
      }
      let conformal = conformal(learned, horizon: k)
      return MotionResult.Horizon(
        source: learned.predictor.source, steps: steps,
        skill: skill(ratio(errors, over: copies)), skillMedian: skillAt(0.5),
        skill95: skillAt(0.95), skillAverage: skill(ratio(errors, over: averages)),
        actionUse: ratio(shuffled, over: errors), spearman: spearman(doubts, each),
        factor90: conformal.factor(0.9), coverage90: conformal.coverage(0.9))
    }
  }

  /// Doubt against error at one horizon.
  func calibration(of learned: MotionScores, steps: Int) -> Calibration {
    let k = MotionScores.index(of: steps)
    let robots = Array(episodes.indices)
    let moments = MotionScores.settled
    let doubts = learned.all(robots, moments: moments) { $0.doubt[k] }
    let errors = learned.all(robots, moments: moments) { $0.error[k] }
    let conformal = conformal(learned, horizon: k)
    let nominal = (1...19).map { Double($0) / 20 }
    let seconds = Self.seconds(of: steps)
    return Calibration(
      name: "the robot's place \(seconds) s ahead, \(named(learned.predictor.source))",
      predicted: doubts, actual: errors, nominal: nominal, covered: nominal.map(conformal.coverage),
      spearman: spearman(doubts, errors))
  }

  /// The doubt's factor from one half of the robots, to be tried on the other. Robots alternate
  /// between plain and rich: every second pair is as many of each.
  private func conformal(_ scores: MotionScores, horizon k: Int) -> Conformal {
    func surprises(_ half: Int) -> [Double] {
      scores.all(episodes.indices.filter { $0 / 2 % 2 == half }, moments: MotionScores.settled) {
        $0.error[k] / max($0.doubt[k], 1e-6)
      }
    }
    return Conformal(calibration: surprises(0), test: surprises(1))
  }
}
