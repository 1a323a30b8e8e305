// Scans and where they were taken, and learning to imagine the one from the other.

import Basics
public import Tensors
public import WorldModels

/// Episodes of lidar scans with the robot's own account of its pose.
public struct LidarRecords: Sendable {
  /// Beams of a scan.
  public let beams: Int
  /// First scan of each episode, and the end.
  public private(set) var starts: [Int] = [0]
  /// Ranges, m. `[N, L]`
  public private(set) var ranges: [Float] = []
  /// x, y, heading. `[N, 3]`
  public private(set) var poses: [Float] = []

  /// No episodes yet.
  public init(beams: Int) { self.beams = beams }

  /// Episodes held.
  public var episodes: Int { starts.count - 1 }

  /// Adds an episode: scans `[T, L]` and poses `[T, 3]`.
  public mutating func append(ranges: [Float], poses: [Float]) {
    precondition(
      ranges.count / beams == poses.count / 3,
      "\(ranges.count / beams) scans with \(poses.count / 3) poses")
    self.ranges += ranges
    self.poses += poses
    starts.append(self.ranges.count / beams)
  }

  /// Adds the episodes of other records, in order.
  public mutating func append(_ other: LidarRecords) {
    let shift = ranges.count / beams
    ranges += other.ranges
    poses += other.poses
    starts += other.starts.dropFirst().map { $0 + shift }
  }

  /// Imagining one scan from another of the same episode.
  public struct Pair: Sendable {
    /// The scan that is known.
    public var from: Int
    /// The scan that is imagined.
    public var to: Int
    /// Where it is imagined from, in the body frame of the known one.
    public var motion: (x: Float, y: Float, heading: Float)
    /// Seconds between the two.
    public var seconds: Float

    /// Imagining one scan from another.
    public init(
      from: Int, to: Int, motion: (x: Float, y: Float, heading: Float), seconds: Float
    ) {
      self.from = from
      self.to = to
      self.motion = motion
      self.seconds = seconds
    }
  }

  /// The motion between two scans by the robot's own account.
  public func motion(from: Int, to: Int) -> (x: Float, y: Float, heading: Float) {
    let (a, b) = (from * 3, to * 3)
    let (s, c) = sineCosine(poses[a + 2])
    let (dx, dy) = (poses[b] - poses[a], poses[b + 1] - poses[a + 1])
    return (c * dx + s * dy, c * dy - s * dx, wrappedAngle(poses[b + 2] - poses[a + 2]))
  }

  /// The network's input for pairs, and what was then seen. `[N, L]`
  public func batch(_ pairs: [Pair]) -> (input: LidarNetwork.Input, seen: Tensor) {
    let warp = LidarWarp(beams: beams)
    var (last, warped, known, seen): ([Float], [Float], [Float], [Float]) = ([], [], [], [])
    var motion: [Float] = []
    var scan = [Float](repeating: 0, count: beams)
    for pair in pairs {
      let now = ranges[pair.from * beams..<(pair.from + 1) * beams]
      warp(now, to: pair.motion, into: &scan)
      last += now
      for (range, old) in zip(scan, now) {
        warped.append(range < 0 ? old : range)
        known.append(range < 0 ? 0 : 1)
      }
      seen += ranges[pair.to * beams..<(pair.to + 1) * beams]
      motion += [pair.motion.x, pair.motion.y, pair.motion.heading, pair.seconds]
    }
    let shape: Shape = [pairs.count, beams]
    let input = LidarNetwork.Input(
      last: Tensor(last, shape: shape), warped: Tensor(warped, shape: shape),
      known: Tensor(known, shape: shape), motion: Tensor(motion, shape: [pairs.count, 4]))
    return (input, Tensor(seen, shape: shape))
  }
}

/// Learning to imagine scans up to two and a half seconds ahead.
public struct LidarCourse: Course {
  /// What is learned from.
  public let records: LidarRecords
  /// Names the stream of batches.
  public let seed: UInt64
  /// Scans of a shard.
  public var pairs = 32

  /// Learning from `records`.
  public init(records: LidarRecords, seed: UInt64) {
    self.records = records
    self.seed = seed
  }

  public func loss(of model: LidarNetwork, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    let chosen = (0..<pairs).map { _ -> LidarRecords.Pair in
      let episode = random.index(below: records.episodes)
      let (first, end) = (records.starts[episode], records.starts[episode + 1])
      let ahead = min(1 + random.index(below: 50), end - first - 1)
      let from = first + random.index(below: end - first - ahead)
      return LidarRecords.Pair(
        from: from, to: from + ahead, motion: records.motion(from: from, to: from + ahead),
        seconds: Float(ahead) * Chassis.dt)
    }
    let (input, seen) = records.batch(chosen)
    return model.loss(input, ranges: seen)
  }
}
