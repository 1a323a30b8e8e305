// How movers decide: where to go, when to work, when to turn round.
import Basics

extension Crowd {
  /// Metres along their ways.
  @inline(__always)
  var along: Floats { (x - ways.x) * ways.dx + (y - ways.y) * ways.dy }

  /// Lets those who work or wait do so, and those at the end of a way choose the next.
  ///
  /// - Returns: who walks in this step.
  mutating func attend(_ robot: RobotSeen, _ site: Site) -> Mask {
    var walking = radius .> 0
    for i in Lanes(cueDistance .> 0) where !hears(i, robot) { walking .&= .!Mask.lane(i) }
    let atWork = walking .& (pause .> 0)
    pause.replace(with: pause - 1, where: atWork)
    speed.replace(with: 0, where: atWork)
    walking .&= .!atWork
    let arrived = Lanes(walking .& (along .> ways.length - 0.7))
    if arrived.isEmpty { return walking }
    for i in arrived { arrive(i, site.graph) }
    return walking .& (pause .<= 0)
  }

  /// Whether the robot has come near enough for a hidden mover to set off. It takes the pace at which
  /// it is at the corner shortly before a robot that goes on as it does now. When its pause is over,
  /// it goes anyway.
  private mutating func hears(_ i: Int, _ robot: RobotSeen) -> Bool {
    let cue = Point(x: cueX[i], y: cueY[i])
    let distance = cue.distance(to: Point(x: robot.x, y: robot.y))
    pause[i] -= 1
    if pause[i] <= 0 {
      cueDistance[i] = 0
      return true
    }
    guard robot.present, distance < cueDistance[i] else { return false }
    cueDistance[i] = 0
    pause[i] = 0
    let speed = (robot.vx * robot.vx + robot.vy * robot.vy).squareRoot()
    let time = distance / max(0.4, speed) - 0.5 - errands[i].random.uniform(in: 0...0.6)
    let way = cue.distance(to: Point(x: x[i], y: y[i]))
    let paces: ClosedRange<Float> = isForklift[i] ? 1...2.2 : 0.7...1.6
    pace[i] = min(paces.upperBound, max(paces.lowerBound, way / (0.9 * max(0.5, time))))
    return true
  }

  /// At the end of a way: work for a while where it wanted to get to, and choose the next way.
  private mutating func arrive(_ i: Int, _ graph: Graph) {
    var errand = errands[i]
    let way = graph.ways[errand.way]
    if way.end == errand.destination {
      errand.draw(destinationOn: graph)
      if errand.random.chance(0.7) { pause[i] = Float(20 + errand.random.index(below: 100)) }
    }
    let back = errand.random.chance(0.02) ? -1 : way.start
    errand.choose(at: way.end, notTo: back, graph)
    take(errand, i, graph)
  }

  /// Whoever has been kept from moving for some seconds turns round and goes elsewhere.
  mutating func turnRound(_ walking: Mask, _ graph: Graph) {
    let waits = speed .<= 0.12
    let calmer = Floats.larger(.zero, blocked - 2)
    blocked.replace(with: calmer.replacing(with: blocked + 1, where: waits), where: walking)
    for i in Lanes(walking .& waits .& (blocked .> patience)) { turnRound(i, graph) }
  }

  private mutating func turnRound(_ i: Int, _ graph: Graph) {
    var errand = errands[i]
    blocked[i] = 0
    patience[i] = Float(40 + errand.random.index(below: 60))
    let way = graph.ways[errand.way]
    // Elsewhere: somewhere behind, if a few tries find such a place.
    for _ in 0..<6 {
      errand.draw(destinationOn: graph)
      let goal = graph.nodes[errand.destination]
      if (goal.x - x[i]) * way.dx + (goal.y - y[i]) * way.dy < -1 { break }
    }
    let leaving = graph.first[way.end]..<graph.first[way.end + 1]
    if let back = leaving.first(where: { graph.ways[$0].end == way.start }) {
      errand.way = back
    } else {
      errand.choose(at: way.start, notTo: way.end, graph)
    }
    take(errand, i, graph)
  }
}
