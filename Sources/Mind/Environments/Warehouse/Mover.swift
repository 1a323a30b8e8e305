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
  var limits: (rise: Float, fall: Float, turnCosine: Float, turnSine: Float) {
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
