// The movers of an episode: eight at most, side by side in the lanes of vectors.
import Basics

/// The movers of an episode at work. Flat, so that a copy of the world is a copy of memory.
///
/// What all do in every step is done in eight lanes at once; what a few do now and then, such as
/// choosing a way or squeezing past somebody, is done for each alone. Everybody decides by where the
/// others were at the start of the step; those who might touch then move one after the other.
///
/// Functions that only read are inlined: a call from one that writes would copy all of this.
struct Crowd: Sendable {
  typealias Mask = SIMDMask<SIMD8<Int32>>
  typealias Floats = SIMD8<Float>

  /// Seconds a step, as the drive has them.
  static let dt = Drive.dt
  static let countMax = 8

  private(set) var count = 0
  /// Where everybody is; far away where there is nobody.
  var x = Floats(repeating: 1e6)
  var y = Floats(repeating: 1e6)
  /// Where they face, of length one.
  var dx = Floats(repeating: 1)
  var dy = Floats.zero
  /// m/s along their facing.
  var speed = Floats.zero
  /// m/s on a free, straight way.
  var pace = Floats.zero
  var radius = Floats.zero
  /// Metres to the right of their way's centre line.
  private(set) var lane = Floats.zero
  private(set) var isForklift = Mask(repeating: false)
  /// Looks at a list or a load: does not mind a moving robot.
  private(set) var isDistracted = Mask(repeating: false)
  /// Whether nothing stands between them and the robot's middle.
  private(set) var isVisible = Mask(repeating: false)
  /// Whether they touched the robot after the last step.
  var isTouching = Mask(repeating: false)
  /// Steps they still stand at work.
  var pause = Floats.zero
  /// Steps they have been kept from moving.
  var blocked = Floats.zero
  /// Steps of being blocked after which they turn round.
  var patience = Floats.zero
  /// Stand still until the robot has come this near to their cue; 0 where they wait for nothing.
  var cueDistance = Floats.zero
  private(set) var cueX = Floats.zero
  private(set) var cueY = Floats.zero
  /// At least so many metres from them to the nearest thing that stands.
  var room = Floats.zero
  var ways = Ways()
  var errands = InlineArray<8, Errand>(repeating: Errand())

  /// The ways they are on.
  struct Ways: Sendable {
    /// Where each begins, and its direction.
    var x = Floats.zero
    var y = Floats.zero
    var dx = Floats(repeating: 1)
    var dy = Floats.zero
    /// Metres.
    var length = Floats.zero
    /// How far one may keep from its centre line.
    var room = Floats.zero
    /// Whether it leads to where its mover wants to get.
    var leadsHome = Mask(repeating: false)
  }

  /// Adds somebody, who faces along the way.
  mutating func add(_ mover: Mover, _ graph: Graph) {
    let i = count
    precondition(i < Self.countMax, "\(i + 1) movers, and \(Self.countMax) have room")
    count += 1
    (x[i], y[i]) = (mover.x, mover.y)
    (pace[i], radius[i], lane[i]) = (mover.pace, mover.radius, mover.lane)
    (pause[i], patience[i], cueDistance[i]) = (mover.pause, mover.patience, mover.cueDistance)
    (cueX[i], cueY[i]) = (mover.cue.x, mover.cue.y)
    (isForklift[i], isDistracted[i]) = (mover.kind == .forklift, mover.distracted)
    take(mover.errand, i, graph)
    (dx[i], dy[i]) = (ways.dx[i], ways.dy[i])
  }

  /// Sets somebody to an errand, on its way.
  mutating func take(_ errand: Errand, _ i: Int, _ graph: Graph) {
    let way = graph.ways[errand.way]
    let start = graph.nodes[way.start]
    errands[i] = errand
    ways.x.put(start.x, in: i)
    ways.y.put(start.y, in: i)
    ways.dx.put(way.dx, in: i)
    ways.dy.put(way.dy, in: i)
    ways.length.put(way.length, in: i)
    ways.room.put(way.room, in: i)
    ways.leadsHome[i] = way.end == errand.destination
  }

  /// What somebody is.
  @inline(__always)
  func kind(_ i: Int) -> MoverKind { isForklift[i] ? .forklift : .person }

  /// Squared metres from a place to everybody.
  @inline(__always)
  func squared(_ px: Float, _ py: Float) -> Floats {
    let (ox, oy) = (x - px, y - py)
    return ox * ox + oy * oy
  }

  /// Moves everybody by one step.
  mutating func step(robot: RobotSeen, site: Site) {
    let walking = attend(robot, site)
    guard !Lanes(walking).isEmpty else { return }
    let noticing = notices(robot)
    let plan = intend(walking, noticing, robot)
    feelRoom(walking, site)
    steer(walking, plan, site)
    move(walking, crowded: plan.crowded, noticing, robot, site)
    turnRound(walking, site.graph)
  }

  /// Finds out who is in sight of a place.
  mutating func look(from px: Float, _ py: Float, on site: Site) {
    let squared = self.squared(px, py)
    let within = squared .<= Warehouse.sight * Warehouse.sight
    let distance = squared.replacing(with: 1e-8, where: squared .< 1e-8).squareRoot()
    // Those out of sight get rays of no length.
    let range = site.raycast(
      px, py, cosines: (x - px) / distance, sines: (y - py) / distance,
      max: Floats.zero.replacing(with: distance, where: within))
    isVisible = within
    isVisible .&= range .>= distance
  }

  /// Who takes notice of the robot, given a free line of sight: people within 4 m, forklifts within
  /// 6 m, in front of them up to 100° to either side.
  ///
  /// The distracted see only a robot that stands, or that is right in front and not coming at them.
  @inline(__always)
  private func notices(_ robot: RobotSeen) -> Mask {
    guard robot.present else { return Mask(repeating: false) }
    let (ox, oy) = (robot.x - x, robot.y - y)
    let distance = (ox * ox + oy * oy).squareRoot()
    let ahead = ox * dx + oy * dy
    let attentive = distance .< Floats.choice(isForklift, 6, 4)
    let close = (distance .< radius + 1.6) .& (ahead .> 0.5 * distance)
    let goesAway =
      robot.isStanding ? Mask(repeating: true) : (robot.vx * dx + robot.vy * dy) .> 0.1
    let inFront = isVisible .& (ahead .> -0.174 * distance)
    return inFront .& ((attentive .& .!isDistracted) .| (close .& goesAway .& isDistracted))
  }
}
