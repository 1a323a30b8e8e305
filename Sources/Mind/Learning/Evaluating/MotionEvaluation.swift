// How well models of motion imagine robots they have never met, against the seconds of driving.

import Basics
import Environments
public import Tensors
public import WorldModels

/// A drive with what the robot felt and where it truly was.
public struct DriveEpisode: Sendable {
  /// What was felt after each step, the first before any.
  public var readings: [DriveReading]
  /// What was commanded after each reading.
  public var commands: [(v: Float, w: Float)]
  /// True x, y, heading at each reading.
  public var truth: [(x: Float, y: Float, heading: Float)]
  /// Whether the robot has effects that system identification does not model.
  public var isRich: Bool

  /// A drive with what the robot felt and where it truly was.
  public init(
    readings: [DriveReading], commands: [(v: Float, w: Float)],
    truth: [(x: Float, y: Float, heading: Float)], isRich: Bool = false
  ) {
    self.readings = readings
    self.commands = commands
    self.truth = truth
    self.isRich = isRich
  }
}

/// One imagined drive against what then happened.
public struct MotionSample: Sendable, Codable {
  /// Which episode.
  public var episode: Int
  /// Steps driven when it was imagined.
  public var step: Int
  /// Distance from the truth, m, after each of `MotionEvaluation.horizons`.
  public var error: [Float]
  /// Difference from the true heading, rad, at the same.
  public var turnError: [Float]
  /// The model's doubt, m, at the same.
  public var doubt: [Float]
  /// The distance where the commands were those of another episode.
  public var shuffled: [Float]
  /// The distance of a robot that is imagined to stand still.
  public var copyLast: [Float]
}

/// Drives imagined open loop from many moments of many episodes.
public struct MotionEvaluation: Sendable {
  /// Steps ahead at which errors are taken.
  public static let horizons = [1, 2, 5, 10, 15, 20, 30, 40, 50]
  /// Steps of driving after which something is imagined.
  public static let moments = [5, 10, 20, 30, 40, 60, 80, 100]

  /// The held-out drives.
  public let episodes: [DriveEpisode]

  /// An evaluation on these drives, each at least 151 readings long.
  public init(episodes: [DriveEpisode]) { self.episodes = episodes }

  /// Scores a model; each episode starts from a fresh copy of it.
  public func score(_ model: any MotionModel, on workers: Workers) -> [MotionSample] {
    workers.map(episodes.count) { score(model, episode: $0) }.flatMap { $0 }
  }

  /// Scores a model; nil where `goOn` ended it.
  public func score(
    _ model: any MotionModel, on workers: Workers, goOn: GoOn
  ) -> [MotionSample]? {
    workers.waves(episodes.count, goOn: goOn) { score(model, episode: $0) }?.flatMap { $0 }
  }

  private func score(_ model: any MotionModel, episode index: Int) -> [MotionSample] {
    let episode = episodes[index]
    let other = episodes[(index + 1) % episodes.count]
    let steps = Self.horizons[Self.horizons.count - 1]
    var model = model
    model.begin()
    var samples: [MotionSample] = []
    for (t, reading) in episode.readings.enumerated() {
      model.observe(reading, after: t == 0 ? (0, 0) : episode.commands[t - 1])
      guard Self.moments.contains(t), t + steps < episode.truth.count else { continue }
      var commands = CommandBatch(samples: 2, steps: steps)
      for k in 0..<steps {
        (commands.v[2 * k], commands.w[2 * k]) = episode.commands[t + k]
        (commands.v[2 * k + 1], commands.w[2 * k + 1]) = other.commands[t + k]
      }
      var paths = PathBatch(samples: 2, steps: steps)
      model.imagine(commands, into: &paths)
      samples.append(compare(paths, with: episode, from: t, index: index))
    }
    return samples
  }

  private func compare(
    _ paths: PathBatch, with episode: DriveEpisode, from t: Int, index: Int
  ) -> MotionSample {
    var sample = MotionSample(
      episode: index, step: t, error: [], turnError: [], doubt: [], shuffled: [], copyLast: [])
    let start = episode.truth[t]
    for k in Self.horizons {
      let truth = episode.truth[t + k]
      let at = 2 * (k - 1)
      func distance(_ x: Float, _ y: Float) -> Float {
        ((x - truth.x) * (x - truth.x) + (y - truth.y) * (y - truth.y)).squareRoot()
      }
      sample.error.append(distance(paths.x[at], paths.y[at]))
      sample.shuffled.append(distance(paths.x[at + 1], paths.y[at + 1]))
      sample.copyLast.append(distance(start.x, start.y))
      sample.turnError.append(abs(wrappedAngle(paths.heading[at] - truth.heading)))
      sample.doubt.append(paths.doubt[at])
    }
    return sample
  }
}
