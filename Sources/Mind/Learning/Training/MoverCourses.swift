// The courses of the two networks of movers: random rows.

import Basics
import Planning
public import Tensors
public import WorldModels

/// Learning where those who are seen will be.
public struct MoverCourse: Course {
  /// What is learned from.
  public let records: MoverRecords
  /// Names the stream of batches.
  public let seed: UInt64
  /// Rows of a shard.
  public var batch = 64

  /// Learning from `records`.
  public init(records: MoverRecords, seed: UInt64) {
    self.records = records
    self.seed = seed
  }

  public func loss(of model: MoverNetwork, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    let chosen = (0..<batch).map { _ in random.index(below: records.moverCount) }
    func rows(_ values: [Float], _ width: Int) -> Tensor {
      Tensor(gather(values, chosen, width), shape: [batch, width])
    }
    let knots = MoverNetwork.knots.count
    return model.loss(
      rows(records.rows, MoverFeatures.count), along: rows(records.along, knots),
      aside: rows(records.aside, knots), seen: rows(records.seen, knots))
  }
}

/// Learning who steps out from behind corners.
public struct EmergenceCourse: Course {
  /// What is learned from.
  public let records: MoverRecords
  /// Names the stream of batches.
  public let seed: UInt64
  /// Rows of a shard.
  public var batch = 128

  /// Learning from `records`.
  public init(records: MoverRecords, seed: UInt64) {
    self.records = records
    self.seed = seed
  }

  public func loss(of model: EmergenceNetwork, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    let chosen = (0..<batch).map { _ in random.index(below: records.cornerCount) }
    func column(_ values: [Float]) -> Tensor {
      Tensor(gather(values, chosen, 1), shape: [batch])
    }
    return model.loss(
      Tensor(
        gather(records.corners, chosen, EmergenceNetwork.inputs),
        shape: [batch, EmergenceNetwork.inputs]),
      came: column(records.came), aside: column(records.cameAside),
      speed: column(records.cameSpeed))
  }
}

func gather(_ values: [Float], _ rows: [Int], _ width: Int) -> [Float] {
  var gathered: [Float] = []
  gathered.reserveCapacity(rows.count * width)
  for row in rows { gathered += values[row * width..<(row + 1) * width] }
  return gathered
}
