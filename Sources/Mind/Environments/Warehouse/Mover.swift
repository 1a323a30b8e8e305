// People and forklifts: they follow the ways of the site, see what is in front of them, and take
// no notice of what they do not see.
import Basics

/// One mover as it joins a crowd.
struct Mover {
  var x: Float = 0
  var y: Float = 0
  /// m/s on a free, straight way.
  var pace: Float = 1
  var radius: Float = 0.3
  var kind: MoverKind = .person
  /// Looks at a list or a load: does not mind a moving robot.
  var distracted = false
  /// Metres to the right of its way's centre line.
  var lane: Float = 0
  /// Steps it still stands at work.
  var pause: Float = 0
  /// Steps of being blocked after which it turns round.
  var patience: Float = 60
  /// Stands still until the robot has come this near to its cue, in metres; 0 where it waits for
  /// nothing.
  var cueDistance: Float = 0
  var cue = Point(x: 0, y: 0)
  var errand = Errand()
}

/// Where a mover is going, and the chance by which it decides. Asked for only at the ends of ways.
///
/// It takes 32 bytes, a multiple of what vectors are aligned by: Swift 6.3 copies each element of an
/// inline array as if it was aligned as the array is.
struct Errand: Sendable {
  /// Index of the way it is on.
  var way: Int = 0
  /// The node it wants to get to.
  var destination: Int = 0
  var random = Random(seed: 0)

  /// Decides where to go next: mostly to where there is work.
  mutating func draw(destinationOn graph: Graph) {
    destination =
      random.chance(0.8)
      ? graph.stops[random.index(below: graph.stops.count)]
      : random.index(below: graph.nodes.count)
  }

  /// Takes the way that leads nearest to the destination, or, once in five times, any.
  mutating func choose(at node: Int, notTo back: Int, _ graph: Graph) {
    let range = graph.first[node]..<graph.first[node + 1]
    guard !range.isEmpty else { return }
    let goal = graph.nodes[destination]
    let wanders = random.chance(0.2)
    var best = -1
    var least = Float.infinity
    for i in range where graph.ways[i].end != back {
      let score = wanders ? random.uniform() : graph.nodes[graph.ways[i].end].distance(to: goal)
      if score < least { (best, least) = (i, score) }
    }
    // A dead end: back again.
    way = best >= 0 ? best : range.lowerBound
  }
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
