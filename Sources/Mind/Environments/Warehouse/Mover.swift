// People and forklifts: they follow the ways of the site, see what is in front of them, and take
// no notice of what they do not see.
import Basics

/// One mover and what it is about. Flat, so that a copy of the world is a copy of memory.
struct Mover: Sendable {
  var x: Float = 0
  var y: Float = 0
  /// Where it faces, of length one.
  var dx: Float = 1
  var dy: Float = 0
  /// m/s along its facing.
  var speed: Float = 0
  /// m/s on a free, straight way.
  var pace: Float = 1
  var radius: Float = 0.3
  var kind: MoverKind = .person
  /// Looks at a list or a load: does not mind a moving robot.
  var distracted = false
  /// Whether nothing stands between it and the robot's middle.
  var visible = false
  /// Whether it touched the robot after the last step.
  var touching = false
  /// Metres to the right of its way's centre line.
  var lane: Float = 0
  /// Index of the way it is on.
  var way: Int = 0
  /// The node it wants to get to.
  var destination: Int = 0
  /// Steps it still stands at work.
  var pause: Int32 = 0
  /// Steps it has been kept from moving.
  var blocked: Int32 = 0
  /// Steps of being blocked after which it turns round.
  var patience: Int32 = 60
  /// Stands still until the robot has come this near to `cue`, in metres; 0 where it waits for nothing.
  var cueDistance: Float = 0
  var cue = Point(x: 0, y: 0)
  var random = Random(seed: 0)
}

/// What movers know of the robot in a step.
struct RobotSeen {
  var x: Float
  var y: Float
  var vx: Float
  var vy: Float
  /// A robot that is not there is never noticed.
  var present: Bool

  var isStanding: Bool { vx * vx + vy * vy < 0.05 * 0.05 }
}

extension Mover {
  /// Decides where to go next: mostly to where there is work.
  mutating func draw(destinationOn graph: Graph) {
    destination =
      random.chance(0.8)
      ? graph.stops[random.index(below: graph.stops.count)]
      : random.index(below: graph.nodes.count)
  }

  /// m/s², and the turn in a step as its cosine and sine.
  fileprivate var limits: (rise: Float, fall: Float, turnCosine: Float, turnSine: Float) {
    switch kind {
    // 4 rad/s and 1.4 rad/s, a twentieth of a second long.
    case .person: (1.5, 3, 0.980_066_58, 0.198_669_33)
    case .forklift: (0.8, 2, 0.997_551, 0.069_942_85)
    }
  }

  /// Whether it takes notice of the robot, given a free line of sight: people within 4 m, forklifts
  /// within 6 m, in front of them up to 100° to either side.
  ///
  /// The distracted see only a robot that stands, or that is right in front and not coming at them.
  func notices(_ robot: RobotSeen) -> Bool {
    guard robot.present, visible else { return false }
    let (ox, oy) = (robot.x - x, robot.y - y)
    let distance = (ox * ox + oy * oy).squareRoot()
    let ahead = ox * dx + oy * dy
    guard ahead > -0.174 * distance else { return false }
    if !distracted { return distance < (kind == .person ? 4 : 6) }
    guard distance < radius + 1.6, ahead > 0.5 * distance else { return false }
    return robot.isStanding || robot.vx * dx + robot.vy * dy > 0.1
  }
}

/// The movers of an episode at work.
struct Crowd {
  /// Seconds a step, as the drive has them.
  static let dt = Drive.dt
  static let countMax = 8

  /// Where everybody is, for tests of one against all at once; far away where there is nobody.
  struct Places {
    var x = SIMD8<Float>(repeating: 1e6)
    var y = SIMD8<Float>(repeating: 1e6)
    var radius = SIMD8<Float>(repeating: 0)

    init(_ movers: borrowing MutableSpan<Mover>, count: Int) {
      for i in 0..<count {
        x[i] = movers[i].x
        y[i] = movers[i].y
        radius[i] = movers[i].radius
      }
    }

    /// Squared metres from a place to everybody.
    @inline(__always)
    func squared(_ px: Float, _ py: Float) -> SIMD8<Float> {
      let (dx, dy) = (x - px, y - py)
      return dx * dx + dy * dy
    }
  }

  /// Moves everybody by one step.
  static func step(
    _ movers: inout MutableSpan<Mover>, count: Int, robot: RobotSeen, site: Site
  ) {
    var places = Places(movers, count: count)
    for i in 0..<count {
      walk(&movers[i], index: i, places: places, count: count, robot: robot, site: site)
      places.x[i] = movers[i].x
      places.y[i] = movers[i].y
    }
  }

  private static func walk(
    _ mover: inout Mover, index: Int, places: Places, count: Int,
    robot: RobotSeen, site: Site
  ) {
    if mover.cueDistance > 0, !hears(&mover, robot) { return }
    if mover.pause > 0 {
      mover.pause -= 1
      mover.speed = 0
      return
    }
    let graph = site.graph
    var way = graph.ways[mover.way]
    var along =
      (mover.x - graph.nodes[way.start].x) * way.dx
      + (mover.y - graph.nodes[way.start].y) * way.dy
    if along > way.length - 0.7 {
      arrive(&mover, graph)
      if mover.pause > 0 { return }
      way = graph.ways[mover.way]
      along =
        (mover.x - graph.nodes[way.start].x) * way.dx
        + (mover.y - graph.nodes[way.start].y) * way.dy
    }
    let limit = max(0, way.room - mover.radius - 0.12)
    // Who is about to stop for work goes to the side.
    var lane = way.end == mover.destination && way.length - along < 3 ? limit : mover.lane
    var free = mover.pace * slowing(mover, way: way, along: along, graph)
    // Who is in the way, and on which side to pass.
    let across =
      (mover.x - graph.nodes[way.start].x) * way.dy
      - (mover.y - graph.nodes[way.start].y) * way.dx
    let sight = 1.3 + mover.speed
    func meet(_ ox: Float, _ oy: Float, radius: Float, margin: Float) {
      let (rx, ry) = (ox - mover.x, oy - mover.y)
      let reach = mover.radius + radius
      guard rx * rx + ry * ry < (sight + reach) * (sight + reach) else { return }
      let ahead = rx * mover.dx + ry * mover.dy
      let aside = rx * mover.dy - ry * mover.dx
      if ahead > 0, abs(aside) < reach + margin {
        // Past one's shoulder one may still squeeze by.
        free = min(free, max(ahead < 0.7 * reach ? 0.25 : 0, (ahead - reach - 0.3) * 1.2))
      }
      // In the frame of the way: how far to the right of it to go for passing.
      let forward = rx * way.dx + ry * way.dy
      let right = rx * way.dy - ry * way.dx
      let need = reach + margin + 0.1
      guard forward > -0.2, abs(right) < need else { return }
      let (toRight, toLeft) = (across + right + need, across + right - need)
      let keepsRight = right <= 0.15
      if keepsRight && toRight <= limit {
        lane = max(lane, toRight)
      } else if toLeft >= -limit {
        lane = min(lane, toLeft)
      } else if toRight <= limit {
        lane = max(lane, toRight)
      } else {
        lane = keepsRight ? limit : -limit
      }
    }
    let reach = places.radius + (mover.radius + sight)
    let near = places.squared(mover.x, mover.y) .< reach * reach
    if near.isAnySet {
      for j in 0..<count where near[j] && j != index {
        meet(places.x[j], places.y[j], radius: places.radius[j], margin: 0.12)
      }
    }
    if mover.notices(robot) {
      meet(robot.x, robot.y, radius: Warehouse.robotRadius, margin: 0.25)
    }
    lane = min(limit, max(-limit, lane))
    steer(&mover, way: way, along: along, lane: lane, free: free, graph: graph, site: site)
    advance(&mover, index: index, places: places, count: count, robot: robot, site: site)
    waitOrTurn(&mover, free: free, graph)
  }

  /// Whether the robot has come near enough for a hidden mover to set off. It takes the pace at which
  /// it is at the corner shortly before a robot that goes on as it does now. When its pause is over,
  /// it goes anyway.
  private static func hears(_ mover: inout Mover, _ robot: RobotSeen) -> Bool {
    let distance = mover.cue.distance(to: Point(x: robot.x, y: robot.y))
    mover.pause -= 1
    if mover.pause <= 0 {
      mover.cueDistance = 0
      return true
    }
    guard robot.present, distance < mover.cueDistance else { return false }
    mover.cueDistance = 0
    mover.pause = 0
    let speed = (robot.vx * robot.vx + robot.vy * robot.vy).squareRoot()
    let time = distance / max(0.4, speed) - 0.5 - mover.random.uniform(in: 0...0.6)
    let way = mover.cue.distance(to: Point(x: mover.x, y: mover.y))
    let paces: ClosedRange<Float> = mover.kind == .person ? 0.7...1.6 : 1...2.2
    mover.pace = min(paces.upperBound, max(paces.lowerBound, way / (0.9 * max(0.5, time))))
    return true
  }

  /// How much slower one goes before a corner.
  private static func slowing(
    _ mover: Mover, way: Graph.Way, along: Float, _ graph: Graph
  ) -> Float {
    let left = way.length - along
    if mover.kind == .forklift, left < 2.2 || along < 0.6 { return 0.6 }
    if left < 1.3 || along < 0.4 { return 0.8 }
    return 1
  }

  /// At the end of a way: work for a while where it wanted to get to, and choose the next way.
  private static func arrive(_ mover: inout Mover, _ graph: Graph) {
    let node = graph.ways[mover.way].end
    let back = graph.ways[mover.way].start
    if node == mover.destination {
      mover.draw(destinationOn: graph)
      if mover.random.chance(0.7) {
        mover.pause = Int32(20 + mover.random.index(below: 100))
      }
    }
    choose(&mover, at: node, notTo: mover.random.chance(0.02) ? -1 : back, graph)
  }

  /// Takes the way that leads nearest to the destination, or, once in five times, any.
  static func choose(_ mover: inout Mover, at node: Int, notTo back: Int, _ graph: Graph) {
    let range = graph.first[node]..<graph.first[node + 1]
    guard !range.isEmpty else { return }
    let goal = graph.nodes[mover.destination]
    let wanders = mover.random.chance(0.2)
    var best = -1
    var least = Float.infinity
    for i in range where graph.ways[i].end != back {
      let score =
        wanders ? mover.random.uniform() : graph.nodes[graph.ways[i].end].distance(to: goal)
      if score < least { (best, least) = (i, score) }
    }
    // A dead end: back again.
    mover.way = best >= 0 ? best : range.lowerBound
  }

  /// Turns towards a point a stride ahead in its lane, and changes its speed.
  private static func steer(
    _ mover: inout Mover, way: Graph.Way, along: Float, lane: Float, free: Float, graph: Graph,
    site: Site
  ) {
    let stride = max(0, along) + 0.6 + 0.4 * mover.speed + (mover.kind == .forklift ? 0.3 : 0)
    let start = graph.nodes[way.start]
    var tx = start.x + stride * way.dx + lane * way.dy - mover.x
    var ty = start.y + stride * way.dy - lane * way.dx - mover.y
    let room =
      site.isRoomy(mover.x, mover.y, by: mover.radius + 0.2)
      ? 1 : site.clearance(mover.x, mover.y) - mover.radius
    if room < 0.2 {
      // Away from what stands too near.
      let slope = site.slope(mover.x, mover.y)
      tx += slope.dx * (0.2 - room) * 12
      ty += slope.dy * (0.2 - room) * 12
    }
    let length = max(1e-3, (tx * tx + ty * ty).squareRoot())
    tx /= length
    ty /= length
    let limits = mover.limits
    let facing = tx * mover.dx + ty * mover.dy
    let cross = mover.dx * ty - mover.dy * tx
    if facing > limits.turnCosine {
      mover.dx = tx
      mover.dy = ty
    } else {
      let s = cross >= 0 ? limits.turnSine : -limits.turnSine
      let (dx, dy) = (mover.dx, mover.dy)
      mover.dx = dx * limits.turnCosine - dy * s
      mover.dy = dx * s + dy * limits.turnCosine
      let scale = 1 / (mover.dx * mover.dx + mover.dy * mover.dy).squareRoot()
      mover.dx *= scale
      mover.dy *= scale
    }
    // Nobody runs where he does not face.
    let wanted = min(free, mover.pace * max(0.12, facing))
    let change = wanted - mover.speed
    mover.speed += min(limits.rise * dt, max(-limits.fall * dt, change))
  }

  /// Makes the move, unless it would end in a rack, in somebody or in the standing robot.
  private static func advance(
    _ mover: inout Mover, index: Int, places: Places, count: Int,
    robot: RobotSeen, site: Site
  ) {
    var nx = mover.x + mover.dx * mover.speed * dt
    var ny = mover.y + mover.dy * mover.speed * dt
    let margin = mover.radius + 0.05
    let room = site.isRoomy(nx, ny, by: margin) ? margin : site.clearance(nx, ny)
    if room < margin {
      // Slide along what stands.
      let slope = site.slope(nx, ny)
      let length = (slope.dx * slope.dx + slope.dy * slope.dy).squareRoot()
      if length > 1e-4 {
        let push = (margin - room) / length
        nx += slope.dx * push
        ny += slope.dy * push
      }
      if site.clearance(nx, ny) < mover.radius, room < site.clearance(mover.x, mover.y) {
        mover.speed = 0
        return
      }
    }
    func bars(_ ox: Float, _ oy: Float, _ reach: Float) -> Bool {
      let after = (ox - nx) * (ox - nx) + (oy - ny) * (oy - ny)
      guard after < reach * reach else { return false }
      let before = (ox - mover.x) * (ox - mover.x) + (oy - mover.y) * (oy - mover.y)
      return after < before
    }
    let reach = places.radius + (mover.radius + 0.02)
    let near = places.squared(nx, ny) .< reach * reach
    if near.isAnySet {
      for j in 0..<count where near[j] && j != index {
        if bars(places.x[j], places.y[j], reach[j]) {
          mover.speed = 0
          return
        }
      }
    }
    if mover.touching || mover.notices(robot), robot.present,
      bars(robot.x, robot.y, mover.radius + Warehouse.robotRadius + 0.08)
    {
      mover.speed = 0
      return
    }
    mover.x = nx
    mover.y = ny
  }

  /// Whoever has been kept from moving for some seconds turns round and goes elsewhere.
  private static func waitOrTurn(_ mover: inout Mover, free: Float, _ graph: Graph) {
    if mover.speed > 0.12 {
      mover.blocked = max(0, mover.blocked - 2)
      return
    }
    mover.blocked += 1
    guard mover.blocked > mover.patience else { return }
    mover.blocked = 0
    mover.patience = 40 + Int32(mover.random.index(below: 60))
    let way = graph.ways[mover.way]
    mover.draw(destinationOn: graph)
    for i in graph.first[way.end]..<graph.first[way.end + 1]
    where graph.ways[i].end == way.start {
      mover.way = i
      return
    }
    choose(&mover, at: way.start, notTo: way.end, graph)
  }
}
