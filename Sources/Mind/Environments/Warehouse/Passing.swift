// How a mover passes others: on which side, and how fast meanwhile.

/// What a mover means to do in a step, given who is near.
struct Passing {
  /// Metres to the right of the way's centre line.
  private(set) var lane: Float
  /// m/s that what is ahead leaves free.
  private(set) var free: Float
  /// How far ahead others matter, beyond both radii.
  let sight: Float

  private let way: Graph.Way
  /// Where the mover is: metres to the right of the centre line.
  private let across: Float
  /// How far it may go to either side.
  private let limit: Float

  /// What a mover would do alone.
  init(_ mover: Mover, way: Graph.Way, along: Float, _ graph: Graph) {
    let start = graph.nodes[way.start]
    self.way = way
    sight = 1.3 + mover.speed
    across = (mover.x - start.x) * way.dy - (mover.y - start.y) * way.dx
    limit = max(0, way.room - mover.radius - 0.12)
    // Who is about to stop for work goes to the side.
    let stops = way.end == mover.destination && way.length - along < 3
    lane = min(limit, max(-limit, stops ? limit : mover.lane))
    free = mover.pace * Self.slowing(mover.kind, left: way.length - along, along: along)
  }

  /// How much slower one goes around a corner.
  private static func slowing(_ kind: MoverKind, left: Float, along: Float) -> Float {
    if kind == .forklift, left < 2.2 || along < 0.6 { return 0.6 }
    if left < 1.3 || along < 0.4 { return 0.8 }
    return 1
  }

  /// Makes way for somebody: on the right if there is room, and slowly as long as they are ahead.
  mutating func meet(
    _ mover: Mover, _ ox: Float, _ oy: Float, radius: Float, margin: Float
  ) {
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
    lane = min(limit, max(-limit, lane))
  }
}
