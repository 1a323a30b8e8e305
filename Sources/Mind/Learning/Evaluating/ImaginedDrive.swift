// One drive imagined with closed eyes, beside what then happened.

import Basics
public import WorldModels

/// What a model imagines from one moment of a drive, and what came of it.
public struct ImaginedDrive: Sendable {
  /// A place and a heading at a time.
  public struct Instant: Codable, Sendable {
    /// Seconds from the moment at which the eyes were closed.
    public var seconds: Double
    /// Metres.
    public var x: Float
    /// Metres.
    public var y: Float
    /// Radians, not wrapped where it was imagined.
    public var heading: Float
    /// How far off it may be, m; 0 for what happened.
    public var doubt: Float
  }

  /// Where the robot was while it watched.
  public let watched: [Instant]
  /// Where it imagines itself, one a step.
  public let imagined: [Instant]
  /// Where it then was.
  public let happened: [Instant]

  /// Watches `watch` steps of a drive, and imagines as many more as `ahead` says.
  public init(
    by model: any MotionModel, of episode: DriveEpisode, watch: Int, ahead: Int
  ) {
    precondition(
      watch >= 0 && ahead > 0 && watch + ahead < episode.readings.count,
      "\(watch) and \(ahead) steps of a drive of \(episode.readings.count - 1)")
    var model = model
    model.begin()
    for t in 0...watch {
      model.observe(episode.readings[t], after: t == 0 ? (0, 0) : episode.commands[t - 1])
    }
    var commands = CommandBatch(samples: 1, steps: ahead)
    for k in 0..<ahead { (commands.v[k], commands.w[k]) = episode.commands[watch + k] }
    var path = PathBatch(samples: 1, steps: ahead)
    model.imagine(commands, into: &path)
    func instant(_ t: Int) -> Instant {
      let truth = episode.truth[t]
      return Instant(
        seconds: Double(t - watch) * Double(Chassis.dt), x: truth.x, y: truth.y,
        heading: truth.heading, doubt: 0)
    }
    watched = (0...watch).map(instant)
    happened = (watch + 1...watch + ahead).map(instant)
    imagined = (0..<ahead).map { k in
      Instant(
        seconds: Double(k + 1) * Double(Chassis.dt), x: path.x[k], y: path.y[k],
        heading: path.heading[k], doubt: path.doubt[k])
    }
  }

  /// How far what was imagined is from what happened after so many steps, m.
  public func error(after steps: Int) -> Float {
    let (a, b) = (imagined[steps - 1], happened[steps - 1])
    return ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }
}
