// A robot in an empty yard, for tests of motion models.

import Basics
import Environments
import WorldModels

/// A drive with sensors, and somebody who keeps it busy.
struct Robot {
  let drive: Drive
  var state = DriveState(pose: Pose(x: 10, y: 10, heading: 0.4))
  private var noise: Random
  private var whims: Random
  private var steps = 0
  private var command: (v: Float, w: Float) = (0, 0)

  init(_ quirks: Quirks, seed: UInt64) {
    drive = Drive(quirks)
    noise = Random(seed: seed, stream: 1)
    whims = Random(seed: seed, stream: 2)
  }

  /// A robot as plain as they come, drawn by chance.
  static func plain(seed: UInt64) -> Robot {
    var random = Random(seed: seed, stream: 3)
    var quirks = Quirks()
    quirks.lagLeft = random.uniform(in: 0.04...0.25)
    quirks.lagRight = quirks.lagLeft
    quirks.delay = random.index(below: 26)
    quirks.gainLeft = random.uniform(in: 0.8...1.2)
    quirks.gainRight = random.uniform(in: 0.8...1.2)
    quirks.slip = random.uniform(in: 0.7...1)
    return Robot(quirks, seed: seed)
  }

  /// The next command: a new one every half second.
  mutating func nextCommand() -> (v: Float, w: Float) {
    if steps % 10 == 0 { command = (whims.uniform(in: -0.3...1.4), whims.uniform(in: -1.2...1.2)) }
    steps += 1
    return command
  }

  /// Obeys for one step and says what it feels.
  mutating func obey(_ command: (v: Float, w: Float)) -> DriveReading {
    drive.advance(&state, v: command.v, w: command.w)
    return reading()
  }

  /// What it feels now, with the noise of the simulator.
  mutating func reading() -> DriveReading {
    DriveReading(
      x: state.x + 0.002 * noise.normal(), y: state.y + 0.002 * noise.normal(),
      heading: wrappedAngle(state.heading + 0.002 * noise.normal()),
      left: (state.left * 200).rounded() / 200, right: (state.right * 200).rounded() / 200,
      gyro: state.turnRate + 0.01 * noise.normal())
  }
}

/// Metres between where a model thinks that commands lead and where they do lead.
func error(
  of model: some MotionModel, on robot: Robot, steps: Int, samples: Int = 8
) -> Float {
  var robot = robot
  var commands = CommandBatch(samples: samples, steps: steps)
  for h in 0..<steps {
    let command = robot.nextCommand()
    _ = robot.obey(command)
    for i in h * samples..<(h + 1) * samples {
      commands.v[i] = command.v
      commands.w[i] = command.w
    }
  }
  var paths = PathBatch(samples: samples, steps: steps)
  model.imagine(commands, into: &paths)
  let last = steps * samples - 1
  let (dx, dy) = (paths.x[last] - robot.state.x, paths.y[last] - robot.state.y)
  return (dx * dx + dy * dy).squareRoot()
}
