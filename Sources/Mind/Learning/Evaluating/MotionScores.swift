// One predictor's errors, robot by robot.

import Basics

/// What a predictor's samples say, cut by robot, by moment and by horizon. All predictors have the
/// same robots and moments, so that everything can be compared pairwise.
struct MotionScores: Sendable {
  /// Who foretold.
  let predictor: MotionPredictor
  /// `[robots][moments]`.
  let samples: [[MotionSample]]

  /// Moments whose figures are pooled where a single one says too little: after 2 to 5 s.
  static let settled = MotionEvaluation.moments.indices.filter {
    MotionEvaluation.moments[$0] >= 40
  }

  init(_ predictor: MotionPredictor, samples: [MotionSample], robots: Int) {
    let moments = MotionEvaluation.moments.count
    precondition(
      samples.count == robots * moments,
      "\(samples.count) samples of \(robots) robots at \(moments) moments each")
    self.predictor = predictor
    self.samples = (0..<robots).map { Array(samples[$0 * moments..<($0 + 1) * moments]) }
  }

  /// Where a horizon stands in a sample.
  static func index(of steps: Int) -> Int {
    guard let index = MotionEvaluation.horizons.firstIndex(of: steps) else {
      preconditionFailure("no error is taken \(steps) steps ahead")
    }
    return index
  }

  /// One number a robot: the mean over moments.
  func perRobot(
    _ robots: [Int], moments: [Int], _ value: (MotionSample) -> Float
  ) -> [Double] {
    robots.map { robot in mean(moments.map { Double(value(samples[robot][$0])) }) }
  }

  /// One number a sample.
  func all(_ robots: [Int], moments: [Int], _ value: (MotionSample) -> Float) -> [Double] {
    robots.flatMap { robot in moments.map { Double(value(samples[robot][$0])) } }
  }

  /// The error at a horizon, which is that of staying where it is for the one who copies.
  func error(at horizon: Int) -> (MotionSample) -> Float {
    predictor.copiesLast ? { $0.copyLast[horizon] } : { $0.error[horizon] }
  }
}
