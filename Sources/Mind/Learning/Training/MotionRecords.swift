// Drives as the motion model learns from them: features and outcomes, computed once.

import Basics
import Tensors
public import WorldModels

/// Episodes of one length, as columns: what the drive felt, what it was told, and what the
/// features and the identified model were at every step.
///
/// `E` episodes of `T` readings; command t is the one given *after* reading t.
public struct MotionRecords: Sendable {
  /// Readings of an episode.
  public let length: Int
  /// Episodes.
  public private(set) var count = 0
  /// The memory's input. `[E, T, features]`
  public private(set) var features: [Float] = []
  /// x, y, heading. `[E, T, 3]`
  public private(set) var poses: [Float] = []
  /// x, y, heading, as filtered from all readings so far: where imagination sets out. `[E, T, 3]`
  public private(set) var anchors: [Float] = []
  /// Left and right rim speed. `[E, T, 2]`
  public private(set) var wheels: [Float] = []
  /// Commands at the left and right wheel, m/s. `[E, T, 2]`
  public private(set) var commands: [Float] = []
  /// The identified model: see `DriveBase.floats`. `[E, T, DriveBase.count]`
  public private(set) var bases: [Float] = []

  /// No episodes yet.
  public init(length: Int) {
    self.length = length
  }

  /// Adds an episode.
  ///
  /// - Parameters:
  ///   - readings: `length` of them.
  ///   - given: the command after each reading; the last one is not used.
  public mutating func append(_ readings: [DriveReading], commands given: [(v: Float, w: Float)]) {
    precondition(
      readings.count == length && given.count == length,
      "\(readings.count) readings and \(given.count) commands, where \(length) belong")
    var state = MotionFeatures()
    for (t, reading) in readings.enumerated() {
      state.observe(reading, after: t == 0 ? (0, 0) : given[t - 1])
      state.append(to: &features)
      bases += state.base.floats
      poses += [reading.x, reading.y, reading.heading]
      let anchor = state.anchor
      anchors += [anchor.x, anchor.y, anchor.heading]
      wheels += [reading.left, reading.right]
      let rims = Chassis.wheels(v: given[t].v, w: given[t].w)
      commands += [rims.left, rims.right]
    }
    count += 1
  }

  /// Adds the episodes of other records, in order.
  public mutating func append(_ other: MotionRecords) {
    precondition(other.length == length, "records of \(other.length) steps to some of \(length)")
    count += other.count
    features += other.features
    poses += other.poses
    anchors += other.anchors
    wheels += other.wheels
    commands += other.commands
    bases += other.bases
  }

  /// Sequences with starts, for the loss or for a measurement.
  ///
  /// - Parameters:
  ///   - episodes: which ones; each is a sequence of the batch.
  ///   - starts: steps at which something is imagined, the same number in each episode.
  ///   - horizon: imagined steps, K.
  public func batch(_ episodes: [Int], starts: [[Int]], horizon: Int) -> MotionBatch {
    let taps = MotionFeatures.queueLength
    let rows = zip(episodes, starts).flatMap { episode, times in times.map { (episode, $0) } }
    let used = (starts.joined().max() ?? 0) + 1
    var input: [Float] = []
    input.reserveCapacity(episodes.count * used * MotionFeatures.count)
    for episode in episodes {
      let at = episode * length * MotionFeatures.count
      input += features[at..<at + used * MotionFeatures.count]
    }
    var index: [Int] = []
    for (i, times) in starts.enumerated() { index += times.map { i * used + $0 } }
    var given: [Float] = []
    given.reserveCapacity(2 * rows.count * (taps - 1 + horizon))
    for wheel in 0..<2 {
      for (episode, start) in rows {
        for t in start - taps + 1..<start + horizon {
          given.append(t < 0 ? 0 : commands[(episode * length + t) * 2 + wheel])
        }
      }
    }
    return MotionBatch(
      features: Tensor(input, shape: [episodes.count, used, MotionFeatures.count]), starts: index,
      base: DriveBaseBatch(
        rows.map { episode, start in
          let step = episode * length + start
          return (
            DriveBase(floats: bases[step * DriveBase.count..<(step + 1) * DriveBase.count]),
            wheels[step * 2], wheels[step * 2 + 1]
          )
        }),
      commands: Tensor(given, shape: [2 * rows.count, taps - 1 + horizon]),
      motion: motion(of: rows, horizon: horizon))
  }

  /// What came of the rows' commands, in the body frame of their starts.
  private func motion(of rows: [(episode: Int, start: Int)], horizon: Int) -> (
    x: Tensor, y: Tensor, heading: Tensor
  ) {
    var (x, y, heading): ([Float], [Float], [Float]) = ([], [], [])
    for (episode, start) in rows {
      let from = (episode * length + start) * 3
      let (s, c) = sineCosine(anchors[from + 2])
      var turned = wrappedAngle(poses[from + 2] - anchors[from + 2])
      for k in 1...horizon {
        let at = from + k * 3
        let (dx, dy) = (poses[at] - anchors[from], poses[at + 1] - anchors[from + 1])
        x.append(c * dx + s * dy)
        y.append(c * dy - s * dx)
        turned += wrappedAngle(poses[at + 2] - poses[at - 1])
        heading.append(turned)
      }
    }
    let shape: Shape = [rows.count, horizon]
    return (Tensor(x, shape: shape), Tensor(y, shape: shape), Tensor(heading, shape: shape))
  }
}
