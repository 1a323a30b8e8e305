// The physical world that ships with Orrery: one robot on a mission among people and forklifts.
import Basics

/// A robot with two driven wheels in a warehouse, at 20 Hz.
///
/// The action is (forward speed in m/s, turn rate in rad/s). The observation is, in this order:
/// "pose" [3] in the map, "wheels" [2] rim speeds, "gyro" [1], "goal" [2] in the body frame,
/// "movers" [6, 5] (present, x, y, radius, kind) in the body frame, nearest first, and "lidar" [64].
/// What is wrong with the drive, and who is behind the racks, is not in it.
///
/// The reward is the metres gained towards the goal, less 0.05 a step and 0.5 a step of protective
/// field violation, and ±10 for arrival and contact.
public struct Warehouse: Environment {
  /// The robot is a disc of this many metres.
  public static let robotRadius: Float = 0.35
  /// Mover slots of an observation.
  public static let slots = 6
  /// Beams of the lidar: beam i at heading + 2π · i / 64.
  public static let beams = 64
  /// How far movers and walls are seen, metres.
  public static let sight: Float = 12
  /// Metres from the goal that count as arrived.
  public static let goalTolerance: Float = 0.35

  /// What never changes, shared by copies.
  final class Setup: Sendable {
    let settings: WarehouseSettings
    let spec: EnvironmentSpec
    let pool: SitePool
    let yard: Site?
    /// The directions of the beams in the body frame, eight by eight.
    let beamCosines: [SIMD8<Float>]
    let beamSines: [SIMD8<Float>]

    init(_ settings: WarehouseSettings) {
      self.settings = settings
      spec = Warehouse.spec(for: settings)
      pool = SitePool()
      var cosines = [SIMD8<Float>](repeating: .zero, count: Warehouse.beams / 8)
      var sines = cosines
      for i in 0..<Warehouse.beams {
        let (s, c) = sineCosine(2 * .pi * Float(i) / Float(Warehouse.beams))
        cosines[i / 8][i % 8] = c
        sines[i / 8][i % 8] = s
      }
      beamCosines = cosines
      beamSines = sines
      if case .yard = settings.layout {
        do {
          yard = try Site(.yard)
        } catch {
          preconditionFailure("the yard: \(error)")
        }
      } else {
        yard = nil
      }
    }
  }

  /// Everything that changes from step to step: flat, so that a copy is a copy of memory.
  struct State: Sendable {
    var drive = DriveState(pose: Pose(x: 0, y: 0))
    var crowd = Crowd()
    var noise = Random(seed: 0)
    var start = Pose(x: 0, y: 0)
    var goal = Point(x: 0, y: 0)
    var lengthOptimal: Float = 0
    var timeOptimal: Float = 0
    var stepsMax: Int32 = 0
    var events = Events()
    var blocked = false
    var ending = Transition()
  }

  let setup: Setup
  var site: Site
  var drive = Drive(Quirks())
  var state = State()

  /// A warehouse, with the episode of seed 0 begun.
  public init(_ settings: WarehouseSettings = WarehouseSettings()) {
    setup = Setup(settings)
    site = setup.yard ?? Self.firstSite(settings, setup.pool)
    begin(seed: 0)
  }

  /// What episodes are drawn from.
  public var settings: WarehouseSettings { setup.settings }

  public var spec: EnvironmentSpec { setup.spec }

  /// What the robot is told.
  public var mission: Mission {
    Mission(
      site: site, start: state.start, goal: state.goal, goalTolerance: Self.goalTolerance,
      timeMax: Float(state.stepsMax) * Drive.dt, lengthOptimal: state.lengthOptimal,
      timeOptimal: state.timeOptimal)
  }

  /// What is really so: for oracles and judges only.
  public var truth: Truth { Truth(self) }

  /// What happened in the last step.
  public var events: Events { state.events }

  /// The true drive of this episode, to roll out alone from `truth.drive`: for oracles only.
  public var trueDrive: Drive { drive }

  public mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>) {
    begin(seed: seed)
    observe(into: &observation)
  }

  public mutating func step(
    _ action: Span<Float>, observation: inout MutableSpan<Float>
  ) -> Transition {
    guard state.ending.goesOn else {
      state.events = Events()
      observe(into: &observation)
      return state.ending
    }
    let before = state.drive
    drive.advance(&state.drive, v: action[0], w: action[1])
    state.events = Events()
    meetWalls(before)
    state.crowd.step(robot: seen(), site: site)
    meetMovers(before)
    state.crowd.look(from: state.drive.x, state.drive.y, on: site)
    let transition = judge(before)
    observe(into: &observation)
    return transition
  }

  /// The robot as movers know it.
  @inline(__always)
  private func seen() -> RobotSeen {
    let (s, c) = sineCosine(state.drive.heading)
    return RobotSeen(
      x: state.drive.x, y: state.drive.y, vx: state.drive.speed * c, vy: state.drive.speed * s,
      present: true)
  }

  /// Stops the robot where it was.
  private mutating func stop(at before: DriveState) {
    (state.drive.x, state.drive.y, state.drive.heading) = (before.x, before.y, before.heading)
    (state.drive.left, state.drive.right) = (0, 0)
    (state.drive.speed, state.drive.turnRate) = (0, 0)
  }

  private mutating func meetWalls(_ before: DriveState) {
    let touches = site.clearance(state.drive.x, state.drive.y) < Self.robotRadius
    state.events.staticContact = touches && !state.blocked
    state.blocked = touches
    if touches { stop(at: before) }
  }

  private mutating func meetMovers(_ before: DriveState) {
    let reach = state.crowd.radius + Self.robotRadius
    let touches = state.crowd.squared(state.drive.x, state.drive.y) .< reach * reach
    let begun = !Lanes(touches .& .!state.crowd.isTouching).isEmpty
    state.crowd.isTouching = touches
    let moving = abs(state.drive.speed) > 0.05
    state.events.atFaultMoverContact = begun && moving
    state.events.blamelessContact = begun && !moving
    if moving, !Lanes(touches).isEmpty { stop(at: before) }
  }

  private mutating func judge(_ before: DriveState) -> Transition {
    let goal = state.goal
    let here = Point(x: state.drive.x, y: state.drive.y)
    let gained = Point(x: before.x, y: before.y).distance(to: goal) - here.distance(to: goal)
    state.events.arrived = here.distance(to: goal) <= Self.goalTolerance
    state.events.protectiveFieldViolation = isFieldViolated()
    let contact = state.events.staticContact || state.events.atFaultMoverContact
    var transition = Transition(reward: gained - 0.05)
    if state.events.protectiveFieldViolation { transition.reward -= 0.5 }
    if contact { transition.reward -= 10 }
    if state.events.arrived && setup.settings.arrivalEnds { transition.reward += 10 }
    transition.terminated =
      (contact && setup.settings.contactEnds)
      || (state.events.arrived && setup.settings.arrivalEnds)
    transition.truncated = !transition.terminated && state.drive.steps >= state.stepsMax
    if !transition.goesOn {
      state.ending = transition
      state.ending.reward = 0
    }
    return transition
  }

  /// Whether a mover is where the robot could not stop short of it: in the box before its front,
  /// as long as |v| · 0.3 s + v² / 2 + 0.15 m, and 0.1 m wider than the robot on either side.
  @inline(__always)
  private func isFieldViolated() -> Bool {
    let speed = state.drive.speed
    guard abs(speed) > 0.1 else { return false }
    let sign: Float = speed > 0 ? 1 : -1
    let length = ProtectiveField.length(at: speed)
    // Nobody farther away than the field's far corner reaches into it.
    let (x, y) = (state.drive.x, state.drive.y)
    let reach = state.crowd.radius + (length + 2 * Self.robotRadius)
    let near = Lanes(state.crowd.squared(x, y) .< reach * reach)
    if near.isEmpty { return false }
    let (s, c) = sineCosine(state.drive.heading)
    for i in near {
      let (dx, dy) = (state.crowd.x[i] - x, state.crowd.y[i] - y)
      if ProtectiveField.contains(
        ahead: sign * (c * dx + s * dy), aside: sign * (c * dy - s * dx),
        radius: state.crowd.radius[i], length: length)
      {
        return true
      }
    }
    return false
  }
}

/// The box before a moving robot that nobody may be in, after the protective fields of safety scanners.
public enum ProtectiveField {
  /// Metres to either side of the robot's middle.
  public static let halfWidth: Float = Warehouse.robotRadius + 0.1

  /// Metres that the field reaches beyond the robot's front: 0.3 s of reaction, braking at 1 m/s²,
  /// and 0.15 m.
  @inlinable
  public static func length(at speed: Float) -> Float {
    abs(speed) * 0.3 + speed * speed / 2 + 0.15
  }

  /// Whether a disc reaches into the field.
  ///
  /// - Parameters:
  ///   - ahead: metres from the robot's middle to the disc's, in the direction of travel.
  ///   - aside: metres to the left.
  @inlinable
  public static func contains(ahead: Float, aside: Float, radius: Float, length: Float) -> Bool {
    let front: Float = 0.35
    let dx = max(0, front - ahead, ahead - front - length)
    let dy = max(0, abs(aside) - halfWidth)
    return dx * dx + dy * dy < radius * radius
  }
}
