// Watches an episode and writes its record.

import Basics
import Environments

/// The judge of one episode: sees the truth after every step.
struct Referee {
  private(set) var record: EpisodeRecord
  private var sight: [Float]
  private var wasViolated = false
  private var here: Pose

  init(_ contender: String, seed: UInt64, scenario: String, world: Warehouse) {
    let truth = world.truth
    let quirks = truth.quirks
    let isRich = quirks.zoneCount > 0 || quirks.deadBand > 0
    record = EpisodeRecord(
      contender: contender, seed: seed, scenario: scenario, quirks: isRich ? "rich" : "plain")
    record.timeOptimal = world.mission.timeOptimal
    record.lengthOptimal = world.mission.lengthOptimal
    sight = [Float](repeating: 0, count: truth.movers.count)
    here = truth.pose
  }

  /// Takes in what a step did.
  mutating func watch(_ world: Warehouse, truth: Truth) {
    let events = world.events
    let dt = Drive.dt
    let drive = truth.drive
    record.time += dt
    record.length += Point(x: drive.x, y: drive.y).distance(to: Point(x: here.x, y: here.y))
    let (nearest, gap) = nearestMover(truth)
    record.separationMin = min(record.separationMin, gap)
    if events.staticContact { record.staticContacts += 1 }
    if events.blamelessContact { record.blameless += 1 }
    if events.atFaultMoverContact {
      record.faults += 1
      note(fault: truth.movers[nearest], sight: sight[nearest], truth)
    }
    if events.protectiveFieldViolation {
      record.violationTime += dt
      if !wasViolated {
        record.violations += 1
        if sight[nearest] < 1 { record.suddenViolations += 1 }
      }
    }
    wasViolated = events.protectiveFieldViolation
    for i in sight.indices { sight[i] = truth.movers[i].visible ? sight[i] + dt : 0 }
    if events.arrived {
      record.ending = .arrived
    } else if events.staticContact {
      record.ending = .staticContact
    } else if events.atFaultMoverContact {
      record.ending = .moverContact
    }
    here = drive.pose
    lastSpeed = drive.speed
  }

  private var lastSpeed: Float = 0

  /// Takes in what a decision took.
  mutating func count(_ effort: Effort) {
    record.decisions += 1
    if effort.didSearch { record.searches += 1 }
    record.imaginedSteps += effort.imaginedSteps
  }

  private mutating func note(fault mover: MoverState, sight: Float, _ truth: Truth) {
    let dx = mover.x - truth.pose.x
    let dy = mover.y - truth.pose.y
    let (s, c) = sineCosine(truth.pose.heading)
    let distance = max(1e-3, (dx * dx + dy * dy).squareRoot())
    record.faultSight = sight
    record.faultSpeed = lastSpeed
    record.faultBearing = (c * dx + s * dy) / distance * (lastSpeed < 0 ? -1 : 1)
  }

  private func nearestMover(_ truth: Truth) -> (index: Int, gap: Float) {
    var index = 0
    var least = Float.infinity
    for (i, mover) in truth.movers.enumerated() {
      let dx = mover.x - truth.pose.x
      let dy = mover.y - truth.pose.y
      let gap = (dx * dx + dy * dy).squareRoot() - mover.radius - Warehouse.robotRadius
      if gap < least { (index, least) = (i, gap) }
    }
    return (index, least)
  }
}
