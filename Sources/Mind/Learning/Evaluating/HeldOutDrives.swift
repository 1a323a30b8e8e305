// Drives of robots that no training has met, on an open floor.

import Basics
import Environments
import Planning
public import Tensors
import WorldModels

/// Makes held-out drives: new robots that babble in the yard, half of them plain and half rich.
public struct HeldOutDrives: Sendable {
  /// Robots, an even number.
  public let robots: Int
  /// Readings of a drive.
  public let length: Int

  /// Seeds of the warehouse from here on are never trained on.
  public static let firstSeed: UInt64 = 1_000_000

  /// Drives of this many robots.
  public init(robots: Int, length: Int = 160) {
    precondition(robots > 0 && robots % 2 == 0, "\(robots) robots are not two equal halves")
    self.robots = robots
    self.length = length
  }

  /// Drives them all; nil where `goOn` ended it.
  public func record(on workers: Workers, goOn: @escaping GoOn) -> [DriveEpisode]? {
    let plain = Self.yard(.plain, length: length)
    let rich = Self.yard(.rich, length: length)
    let length = length
    return workers.waves(robots, goOn: goOn) { robot in
      Self.drive(
        robot % 2 == 0 ? plain : rich, seed: Self.firstSeed + UInt64(robot), length: length,
        isRich: robot % 2 == 1)
    }
  }

  /// One drive, of the robot that the seed names.
  public static func drive(seed: UInt64, length: Int, isRich: Bool) -> DriveEpisode {
    drive(
      yard(isRich ? .rich : .plain, length: length), seed: seed, length: length, isRich: isRich)
  }

  private static func yard(_ quirks: QuirkFamily, length: Int) -> Warehouse {
    Warehouse(.babbling(quirks: quirks, seconds: Float(length) * Chassis.dt + 1))
  }

  private static func drive(
    _ world: Warehouse, seed: UInt64, length: Int, isRich: Bool
  ) -> DriveEpisode {
    var world = world
    let spec = world.spec
    let layout = DriveLayout(spec)
    var observation = [Float](repeating: 0, count: spec.observationCount)
    var seen = observation.mutableSpan
    world.reset(seed: seed, observation: &seen)
    var driver = Babbler(spec: spec, site: world.mission.site)
    var random = Random(seed: seed, stream: 0xD21F)
    var action: [Float] = [0, 0]
    var episode = DriveEpisode(readings: [], commands: [], truth: [], isRich: isRich)
    while true {
      let pose = world.truth.pose
      episode.readings.append(layout.reading(observation))
      episode.truth.append((pose.x, pose.y, pose.heading))
      var command = action.mutableSpan
      driver.act(on: observation.span, random: &random, action: &command)
      episode.commands.append((action[0], action[1]))
      if episode.readings.count == length { return episode }
      var out = observation.mutableSpan
      _ = world.step(action.span, observation: &out)
    }
  }
}
