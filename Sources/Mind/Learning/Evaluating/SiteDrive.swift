// Drives among racks and people in sites that no training has seen.

import Basics
public import Environments
import Planning
public import Tensors
public import WorldModels

/// A drive in a warehouse: everything that was seen, and what was really so.
public struct SiteDrive: Sendable {
  /// What the robot was told.
  public var mission: Mission
  /// The layout of an observation.
  public var spec: EnvironmentSpec
  /// Whole observations. `[T, O]`
  public var observations: [Float] = []
  /// The robot's own motion in them. `[T]`
  public var readings: [DriveReading] = []
  /// What was commanded after each observation. `[T]`
  public var commands: [(v: Float, w: Float)] = []
  /// The robot as it truly was. `[T]`
  public var drives: [DriveState] = []
  /// Everybody else as they truly were. `[T][movers]`
  public var movers: [[MoverState]] = []

  /// One observation.
  func observation(_ t: Int) -> ArraySlice<Float> {
    let width = spec.observationCount
    return observations[t * width..<(t + 1) * width]
  }

  /// Floats of a modality in an observation.
  func seen(_ modality: String, _ t: Int) -> ArraySlice<Float> {
    guard let range = spec.range(of: modality) else {
      preconditionFailure("\(spec.name) has no \"\(modality)\"")
    }
    let start = t * spec.observationCount
    return observations[start + range.lowerBound..<start + range.upperBound]
  }
}

/// Makes drives in held-out sites: half follow their route, half babble.
public struct SiteDrives: Sendable {
  /// How many.
  public let count: Int
  /// Observations of a drive, at most: it ends at the goal and at a contact.
  public let length: Int

  /// This many drives.
  public init(count: Int, length: Int = 240) {
    precondition(count > 0 && length > 1, "\(count) drives of \(length) observations")
    self.count = count
    self.length = length
  }

  /// Drives them all; nil where `goOn` ended it.
  public func record(on workers: Workers, goOn: @escaping GoOn) -> [SiteDrive]? {
    var settings = WarehouseSettings.missions()
    settings.contactEnds = false
    settings.arrivalEnds = false
    settings.timeMax = Float(length + 1) * Chassis.dt
    let world = Warehouse(settings)
    let length = length
    return workers.waves(count, goOn: goOn) { index in
      Self.drive(
        world, seed: HeldOutDrives.firstSeed + UInt64(index), length: length,
        babbles: index % 2 == 1)
    }
  }

  private static func drive(
    _ world: Warehouse, seed: UInt64, length: Int, babbles: Bool
  ) -> SiteDrive {
    var world = world
    let spec = world.spec
    let layout = DriveLayout(spec)
    var observation = [Float](repeating: 0, count: spec.observationCount)
    var seen = observation.mutableSpan
    world.reset(seed: seed, observation: &seen)
    let mission = world.mission
    var driver: any Policy =
      babbles
      ? Babbler(spec: spec, site: mission.site) : PurePursuit(mission, spec: spec)
    var random = Random(seed: seed, stream: 0x517E)
    var action: [Float] = [0, 0]
    var drive = SiteDrive(mission: mission, spec: spec)
    while true {
      let truth = world.truth
      drive.observations += observation
      drive.readings.append(layout.reading(observation))
      drive.drives.append(truth.drive)
      drive.movers.append(truth.movers)
      var command = action.mutableSpan
      driver.act(on: observation.span, random: &random, action: &command)
      drive.commands.append((action[0], action[1]))
      // Behind the goal a follower of routes has nothing to follow, and a contact ends what a model
      // of motion can know.
      let events = world.events
      let isOver = events.arrived || events.staticContact || events.atFaultMoverContact
      if drive.readings.count == length || isOver { return drive }
      var out = observation.mutableSpan
      _ = world.step(action.span, observation: &out)
    }
  }
}
