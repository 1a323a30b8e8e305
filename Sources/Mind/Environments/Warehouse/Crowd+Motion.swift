// How movers move: they turn, change their speed, and keep out of racks and of each other.

extension Crowd {
  /// Turns towards a point a stride ahead in its lane, and changes its speed.
  static func steer(
    _ mover: inout Mover, way: Graph.Way, along: Float, lane: Float, free: Float, _ graph: Graph,
    _ site: Site
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

  /// Makes the move: past others and along racks, never into them.
  static func advance(
    _ mover: inout Mover, index: Int, places: Places, robot: RobotSeen, site: Site
  ) {
    var move = SIMD2(mover.dx, mover.dy) * (mover.speed * dt)
    let reach = places.radius + (mover.radius + 0.1)
    let near = places.near(mover.x, mover.y, within: reach, but: index)
    for j in near {
      slide(&move, of: mover, past: SIMD2(places.x[j], places.y[j]))
    }
    let at = SIMD2(mover.x, mover.y)
    let body = SIMD2(robot.x, robot.y)
    let touch = mover.radius + Warehouse.robotRadius
    // Nobody brushes against a robot that stands beside them, even if they look elsewhere. One
    // that is a metre away is out of reach of any move.
    let minds =
      robot.present && squared(body - at) < (touch + 1) * (touch + 1)
      && (mover.touching || robot.isStanding || mover.notices(robot))
    if minds, squared(body - at) < (touch + 0.1) * (touch + 0.1) {
      slide(&move, of: mover, past: body)
    }
    var next = at + move
    let margin = mover.radius + 0.05
    let room = site.isRoomy(next.x, next.y, by: margin) ? margin : site.clearance(next.x, next.y)
    if room < margin {
      let slope = site.slope(next.x, next.y)
      let length = (slope.dx * slope.dx + slope.dy * slope.dy).squareRoot()
      if length > 1e-4 { next += SIMD2(slope.dx, slope.dy) * ((margin - room) / length) }
      let isInside = site.clearance(next.x, next.y) < mover.radius
      if isInside, room < site.clearance(mover.x, mover.y) { next = at }
    }
    // Sliding past one may have led into another.
    for j in near {
      let place = SIMD2(places.x[j], places.y[j])
      let least = reach[j] - 0.08
      let after = squared(place - next)
      if after < least * least, after < squared(place - at) { next = at }
    }
    if minds, squared(body - next) < touch * touch, squared(body - next) < squared(body - at) {
      next = at
    }
    if next == at { mover.speed = 0 }
    (mover.x, mover.y) = (next.x, next.y)
  }

  /// Takes away what of a move goes towards somebody near: what is left goes past.
  private static func slide(
    _ move: inout SIMD2<Float>, of mover: Mover, past place: SIMD2<Float>
  ) {
    let gap = place - SIMD2(mover.x, mover.y)
    let towards = move.x * gap.x + move.y * gap.y
    if towards > 0 { move -= gap * (towards / max(1e-6, squared(gap))) }
  }

  private static func squared(_ a: SIMD2<Float>) -> Float { a.x * a.x + a.y * a.y }
}
