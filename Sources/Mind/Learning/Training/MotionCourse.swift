// The course of the motion model: random episodes, stratified starts.

import Basics
public import Tensors
public import WorldModels

/// Learning to imagine drives: stratified starts in random episodes.
public struct MotionCourse: Course {
  /// What is learned from.
  public let records: MotionRecords
  /// Names the stream of batches.
  public let seed: UInt64
  /// Sequences of a shard.
  public var sequences = 8
  /// Starts in a sequence.
  public var starts = 32
  /// Imagined steps of most batches.
  public var horizon = 20
  /// Imagined steps of every fourth batch, so that what is imagined stays sound far beyond.
  public var horizonMax = 50

  /// Learning from `records`.
  public init(records: MotionRecords, seed: UInt64) {
    self.records = records
    self.seed = seed
  }

  public func loss(of model: RobotModel, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    let episodes = (0..<sequences).map { _ in random.index(below: records.count) }
    let first = 6
    let horizon = min(
      step % 4 == 3 ? horizonMax : horizon, records.length - first - 2)
    let span = Float(records.length - horizon - first) / Float(starts)
    let times = episodes.map { _ in
      (0..<starts).map { first + Int((Float($0) + random.uniform()) * span) }
    }
    return model.loss(records.batch(episodes, starts: times, horizon: horizon))
  }
}
