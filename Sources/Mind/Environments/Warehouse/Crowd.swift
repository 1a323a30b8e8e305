// How movers decide: where to go, when to work, whom to wait for.
import Basics

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

    /// Writes down where somebody is now. A lane that is blended in stays in registers, where
    /// `x[i] = ` would go through memory; numbers of lanes are floats because the library compares
    /// integers lane by lane.
    @inline(__always)
    mutating func move(_ index: Int, to mover: borrowing Mover) {
      let lane = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) .== Float(index)
      x.replace(with: mover.x, where: lane)
      y.replace(with: mover.y, where: lane)
    }

    /// Who but `index` is nearer than `reach`, a distance to each, to a place.
    @inline(__always)
    func near(_ px: Float, _ py: Float, within reach: SIMD8<Float>, but index: Int) -> Lanes {
      var lanes = Lanes(squared(px, py) .< reach * reach)
      lanes.remove(index)
      return lanes
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
      walk(&movers[i], index: i, places: places, robot: robot, site: site)
      places.move(i, to: movers[i])
    }
  }

  private static func walk(
    _ mover: inout Mover, index: Int, places: Places, robot: RobotSeen, site: Site
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
    var passing = Passing(mover, way: way, along: along, graph)
    let reach = places.radius + (mover.radius + passing.sight)
    for j in places.near(mover.x, mover.y, within: reach, but: index) {
      passing.meet(mover, places.x[j], places.y[j], radius: places.radius[j], margin: 0.12)
    }
    if mover.notices(robot) {
      passing.meet(mover, robot.x, robot.y, radius: Warehouse.robotRadius, margin: 0.25)
    }
    steer(&mover, way: way, along: along, lane: passing.lane, free: passing.free, graph, site)
    advance(&mover, index: index, places: places, robot: robot, site: site)
    waitOrTurn(&mover, graph)
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

  /// Whoever has been kept from moving for some seconds turns round and goes elsewhere.
  private static func waitOrTurn(_ mover: inout Mover, _ graph: Graph) {
    if mover.speed > 0.12 {
      mover.blocked = max(0, mover.blocked - 2)
      return
    }
    mover.blocked += 1
    guard mover.blocked > mover.patience else { return }
    mover.blocked = 0
    mover.patience = 40 + Int32(mover.random.index(below: 60))
    let way = graph.ways[mover.way]
    // Elsewhere: somewhere behind, if a few tries find such a place.
    for _ in 0..<6 {
      mover.draw(destinationOn: graph)
      let goal = graph.nodes[mover.destination]
      if (goal.x - mover.x) * way.dx + (goal.y - mover.y) * way.dy < -1 { break }
    }
    for i in graph.first[way.end]..<graph.first[way.end + 1]
    where graph.ways[i].end == way.start {
      mover.way = i
      return
    }
    choose(&mover, at: way.start, notTo: way.end, graph)
  }
}
