// Drives a robot about to find out what its commands do.
public import Basics
public import Environments
public import Planning

/// Gives commands in five styles, a new one every 2.5 s, and keeps off what stands in the way.
///
/// What is in the way is known from the lidar where there is one, and from the map where not. The
/// robot's drive is not known, so the margins are those of the slowest robot.
public struct Babbler: Policy {
  private let dt: Float
  private let space: FreeSpace
  private var style = Style.hold
  private var left: Int = 0
  private var command = SIMD2<Float>(0, 0)
  private var target = SIMD2<Float>(0, 0)
  private var swing = SIMD2<Float>(0, 0)
  private var clock: Float = 0
  /// The sign of the turn that gets out of a corner; 0 where the way is free.
  private var escape: Float = 0

  /// The styles of commands.
  enum Style: Int, CaseIterable {
    /// Wanders about a mean (Uhlenbeck and Ornstein, 1930).
    case wander
    /// Holds one command.
    case hold
    /// Swings in speed and turn.
    case sines
    /// Goes fast and nearly straight.
    case cruise
    /// Stops, turns on the spot, goes on.
    case stopAndTurn
  }

  /// It does not think.
  public var thought: Thought? { nil }

  /// A babbler for the warehouse.
  ///
  /// - Parameter site: the map to keep off walls by; not needed where there is a lidar.
  public init(spec: EnvironmentSpec, site: Site?) {
    dt = spec.dt
    space = FreeSpace(spec: spec, site: site)
  }

  /// Writes the next command, (m/s, rad/s).
  public mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>
  ) {
    if left == 0 { begin(&random) }
    left -= 1
    clock += dt
    move(&random)
    command.x = min(max(command.x, -0.5), 1.5)
    command.y = min(max(command.y, -2), 2)
    let safe = careful(command, observation)
    action[0] = safe.x
    action[1] = safe.y
  }

  private mutating func begin(_ random: inout Random) {
    left = Int(2.5 / dt)
    clock = 0
    style = Style.allCases[random.index(below: Style.allCases.count)]
    switch style {
    case .wander: target = [random.uniform(in: -0.1...1), random.uniform(in: -0.5...0.5)]
    case .hold: command = [random.uniform(in: -0.5...1.5), random.uniform(in: -1.5...1.5)]
    case .sines:
      target = [random.uniform(in: 0.2...0.9), random.uniform(in: -0.3...0.3)]
      swing = [random.uniform(in: 0.2...0.7), random.uniform(in: 0.5...2)]
    case .cruise: target = [random.uniform(in: 0.7...1.5), random.uniform(in: -0.2...0.2)]
    case .stopAndTurn:
      target = [random.uniform(in: 0.3...1.2), random.uniform(in: 0.5...2)]
      if random.chance(0.5) { target.y = -target.y }
      swing = [random.uniform(in: 0.3...0.8), random.uniform(in: 0.5...1.2)]
    }
  }

  private mutating func move(_ random: inout Random) {
    switch style {
    case .wander:
      let noise = SIMD2(random.normal(), random.normal())
      command += (target - command) * (dt / 0.6) + noise * SIMD2(0.9, 2) * dt.squareRoot()
    case .hold: break
    case .sines:
      let pace = 2 * .pi * (0.25 + 0.5 * swing.x) * clock
      command = [target.x + swing.x * cosine(pace), target.y + swing.y * sine(1.3 * pace)]
    case .cruise:
      command.x = target.x
      command.y += (target.y - command.y) * (dt / 0.5) + random.normal() * 0.4 * dt.squareRoot()
    case .stopAndTurn:
      if clock < swing.x {
        command = [0, 0]
      } else if clock < swing.x + swing.y {
        command = [0, target.y]
      } else {
        command = [target.x, 0]
      }
    }
  }

  /// The command, slowed down to what can be stopped in time; a turn on the spot where that is nothing.
  private mutating func careful(
    _ wish: SIMD2<Float>, _ observation: Span<Float>
  ) -> SIMD2<Float> {
    let view = space.view(observation)
    // The slowest robot reacts after half a second and brakes at 0.6 m/s².
    let room = max(0, view.reach(backward: wish.x < 0) - 0.25)
    let fastest = 0.6 * ((0.25 + 2 * room / 0.6).squareRoot() - 0.5)
    if escape != 0 {
      if view.reach(backward: false) > 1.6 { escape = 0 } else { return [0, escape * 1.2] }
    }
    if abs(wish.x) > 0.15 && fastest < 0.15 {
      escape = view.isFreerLeft ? 1 : -1
      return [0, escape * 1.2]
    }
    let slow = min(1, fastest / max(abs(wish.x), 0.01))
    return [wish.x * slow, wish.y]
  }
}
