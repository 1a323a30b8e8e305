// How far a learned robot can imagine each of its senses, with its eyes closed.

import Basics
import Planning
public import Tensors
import WorldModels

/// Open-loop skill in every modality on held-out drives among racks and people.
public struct SkillEvaluation: Sendable {
  /// Steps ahead at which errors are taken.
  public static let horizons = [1, 5, 10, 20, 30, 40, 50]
  /// Steps that are imagined.
  static let steps = 50
  /// Steps driven before the first moment, and between two.
  private static let firstMoment = 40
  private static let stride = 30

  /// The held-out drives.
  public let drives: [SiteDrive]

  /// An evaluation on these drives.
  public init(drives: [SiteDrive]) { self.drives = drives }

  /// Scores a trained model; nil where `goOn` ended it.
  public func score(
    _ trained: TrainedModel, on workers: Workers, goOn: GoOn
  ) -> [SkillSample]? {
    workers.waves(drives.count, goOn: goOn) { score(trained.model, drive: $0) }?.flatMap { $0 }
  }

  /// Scores trained models and says what came of it; nil where `goOn` ended it.
  public func result(
    of trained: [TrainedModel], on workers: Workers, goOn: @escaping GoOn
  ) -> SkillResult? {
    var result = SkillResult()
    for (i, one) in trained.enumerated() {
      let count = Double(trained.count)
      let goOn = part(Double(i) / count, Double(i + 1) / count, of: goOn)
      guard let samples = score(one, on: workers, goOn: goOn) else { return nil }
      result.append(samples, source: one.source)
    }
    return result
  }

  private func score(_ model: WarehouseModel, drive index: Int) -> [SkillSample] {
    let drive = drives[index]
    let other = drives[(index + 1) % drives.count]
    var motion = LearnedMotion(model.motion)
    var movers = LearnedMovers(model.movers, emergence: nil)
    motion.begin()
    movers.begin(drive.mission)
    var samples: [SkillSample] = []
    for t in 0..<max(0, drive.readings.count - Self.steps) {
      motion.observe(drive.readings[t], after: t == 0 ? (0, 0) : drive.commands[t - 1])
      Array(drive.observation(t)).withUnsafeBufferPointer { row in
        movers.observe(Span(_unsafeElements: row), spec: drive.spec)
      }
      guard t >= Self.firstMoment, (t - Self.firstMoment) % Self.stride == 0,
        t + Self.steps < other.readings.count
      else { continue }
      let moment = Imagination(drive: drive, index: index, moment: t)
      samples += moment.ownMotion(motion, other: other, lidar: model.lidar)
      samples += moment.movers(movers)
    }
    return samples
  }
}
