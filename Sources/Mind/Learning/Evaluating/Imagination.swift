// One moment of a drive, and everything that a learned robot imagines from it.

import Basics
import Environments
import Planning
import Tensors
import WorldModels

/// Imagines all modalities from one moment on. The commands are known, nothing else: the lidar is
/// imagined from where the robot imagines itself.
struct Imagination {
  let drive: SiteDrive
  let index: Int
  let moment: Int
  private let steps = SkillEvaluation.steps

  /// Samples of the robot's own motion and of what it sees by it.
  func ownMotion(_ motion: LearnedMotion, other: SiteDrive, lidar: LidarNetwork) -> [SkillSample] {
    var commands = CommandBatch(samples: 2, steps: steps)
    for k in 0..<steps {
      (commands.v[2 * k], commands.w[2 * k]) = drive.commands[moment + k]
      (commands.v[2 * k + 1], commands.w[2 * k + 1]) = other.commands[moment + k]
    }
    var paths = PathBatch(samples: 2, steps: steps)
    motion.imagine(commands, into: &paths)
    let feeling = motion.imagineFeeling(commands)
    return [
      pose(paths), wheels(feeling), gyro(feeling), goal(paths), self.lidar(paths, lidar),
    ]
  }

  /// A sample from an error at each horizon.
  private func sample(
    _ modality: String, shuffles: Bool = true, copyLast: [Float],
    error: (_ k: Int, _ path: Int) -> Float
  ) -> SkillSample {
    let horizons = SkillEvaluation.horizons
    return SkillSample(
      modality: modality, drive: index, error: horizons.map { error($0, 0) },
      copyLast: copyLast,
      shuffled: shuffles ? horizons.map { error($0, 1) } : [])
  }

  private func perHorizon(_ value: (Int) -> Float) -> [Float] {
    SkillEvaluation.horizons.map(value)
  }

  private func pose(_ paths: PathBatch) -> SkillSample {
    func off(_ x: Float, _ y: Float, _ k: Int) -> Float {
      let truth = drive.drives[moment + k]
      return length(x - truth.x, y - truth.y)
    }
    let now = drive.readings[moment]
    return sample("pose", copyLast: perHorizon { off(now.x, now.y, $0) }) { k, path in
      let at = 2 * (k - 1) + path
      return off(paths.x[at], paths.y[at], k)
    }
  }

  private func wheels(_ feeling: LearnedMotion.Feeling) -> SkillSample {
    func off(_ left: Float, _ right: Float, _ k: Int) -> Float {
      let truth = drive.drives[moment + k]
      return (abs(left - truth.left) + abs(right - truth.right)) / 2
    }
    let now = drive.readings[moment]
    return sample("wheels", copyLast: perHorizon { off(now.left, now.right, $0) }) { k, path in
      let at = 2 * (k - 1) + path
      return off(feeling.left[at], feeling.right[at], k)
    }
  }

  private func gyro(_ feeling: LearnedMotion.Feeling) -> SkillSample {
    let now = drive.readings[moment]
    func off(_ rate: Float, _ k: Int) -> Float {
      abs(rate - drive.drives[moment + k].turnRate)
    }
    return sample("gyro", copyLast: perHorizon { off(now.gyro, $0) }) { k, path in
      off(feeling.turnRate[2 * (k - 1) + path], k)
    }
  }

  private func goal(_ paths: PathBatch) -> SkillSample {
    func off(_ goal: SIMD2<Float>, _ k: Int) -> Float {
      let truth = drive.drives[moment + k]
      let off = goal - local(drive.mission.goal, x: truth.x, y: truth.y, heading: truth.heading)
      return length(off.x, off.y)
    }
    let seen = Array(drive.seen("goal", moment))
    return sample("goal", copyLast: perHorizon { off([seen[0], seen[1]], $0) }) { k, path in
      let at = 2 * (k - 1) + path
      return off(
        local(drive.mission.goal, x: paths.x[at], y: paths.y[at], heading: paths.heading[at]), k)
    }
  }

  /// A point of the map in the body frame of a pose.
  private func local(_ point: Point, x: Float, y: Float, heading: Float) -> SIMD2<Float> {
    let (s, c) = sineCosine(heading)
    let (dx, dy) = (point.x - x, point.y - y)
    return [c * dx + s * dy, c * dy - s * dx]
  }

  /// Mean distance a beam between imagined and seen scans.
  private func lidar(_ paths: PathBatch, _ network: LidarNetwork) -> SkillSample {
    let horizons = SkillEvaluation.horizons
    let beams = Warehouse.beams
    var records = LidarRecords(beams: beams)
    let moments = [moment] + horizons.map { moment + $0 }
    records.append(
      ranges: moments.flatMap { drive.seen("lidar", $0) },
      poses: [Float](repeating: 0, count: 3 * moments.count))
    let now = drive.readings[moment]
    let pairs = horizons.indices.flatMap { i in
      (0..<2).map { path in
        let at = 2 * (horizons[i] - 1) + path
        let place = local(
          Point(x: paths.x[at], y: paths.y[at]), x: now.x, y: now.y, heading: now.heading)
        return LidarRecords.Pair(
          from: 0, to: i + 1, motion: (place.x, place.y, paths.heading[at] - now.heading),
          seconds: Float(horizons[i]) * Chassis.dt)
      }
    }
    let (input, seen) = records.batch(pairs)
    func perPair(_ ranges: Tensor) -> [Float] { (ranges - seen).abs().mean(axis: 1).scalars }
    let errors = perPair(network(input).ranges)
    let copies = perPair(input.last)
    func row(_ k: Int) -> Int { 2 * (horizons.firstIndex(of: k) ?? 0) }
    return sample("lidar", copyLast: perHorizon { copies[row($0)] }) { errors[row($0) + $1] }
  }

  /// A sample for everybody in sight: the mean of the forecast's modes.
  func movers(_ movers: LearnedMovers) -> [SkillSample] {
    let forecasts = Dictionary(grouping: movers.forecast(steps: steps), by: \.mover)
    return sightings().compactMap { sighting in
      let track = movers.tracks.filter { $0.unseen == 0 }.min {
        length($0.x - sighting.x, $0.y - sighting.y) < length($1.x - sighting.x, $1.y - sighting.y)
      }
      guard let track, length(track.x - sighting.x, track.y - sighting.y) < Self.near,
        let modes = forecasts[track.id]
      else { return nil }
      return mover(sighting, modes: modes)
    }
  }

  /// Farther apart, m, a detection and a track or a mover are not the same.
  private static let near: Float = 0.4

  private struct Sighting {
    var x: Float
    var y: Float
    var mover: Int
  }

  /// Everybody who is detected now, and who that truly is.
  private func sightings() -> [Sighting] {
    let slots = Array(drive.seen("movers", moment))
    let now = drive.readings[moment]
    let (s, c) = sineCosine(now.heading)
    let people = drive.movers[moment]
    return stride(from: 0, to: slots.count, by: 5).compactMap { slot in
      guard slots[slot] > 0.5 else { return nil }
      let x = now.x + c * slots[slot + 1] - s * slots[slot + 2]
      let y = now.y + s * slots[slot + 1] + c * slots[slot + 2]
      func off(_ i: Int) -> Float { length(people[i].x - x, people[i].y - y) }
      let nearest = people.indices.filter { people[$0].visible }.min { off($0) < off($1) }
      guard let nearest, off(nearest) < Self.near else { return nil }
      return Sighting(x: x, y: y, mover: nearest)
    }
  }

  private func mover(_ sighting: Sighting, modes: [MoverFuture]) -> SkillSample {
    func off(_ x: Float, _ y: Float, _ k: Int) -> Float {
      let truth = drive.movers[moment + k][sighting.mover]
      return length(x - truth.x, y - truth.y)
    }
    func mean(_ value: (MoverFuture) -> Float) -> Float {
      modes.reduce(0) { $0 + $1.weight * value($1) } / modes.reduce(0) { $0 + $1.weight }
    }
    let copies = perHorizon { off(sighting.x, sighting.y, $0) }
    var sample = sample("movers", shuffles: false, copyLast: copies) { k, _ in
      off(mean { $0.x[k - 1] }, mean { $0.y[k - 1] }, k)
    }
    sample.doubt = SkillEvaluation.horizons.map { k in
      let (x, y) = (mean { $0.x[k - 1] }, mean { $0.y[k - 1] })
      return mean { mode in
        let (dx, dy) = (mode.x[k - 1] - x, mode.y[k - 1] - y)
        return 2 * mode.spread[k - 1] * mode.spread[k - 1] + dx * dx + dy * dy
      }.squareRoot()
    }
    return sample
  }
}

private func length(_ x: Float, _ y: Float) -> Float { (x * x + y * y).squareRoot() }
