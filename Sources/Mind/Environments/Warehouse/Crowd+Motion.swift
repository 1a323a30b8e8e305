// How movers move: they turn, change their speed, and keep out of racks and of each other.

extension Crowd {
  /// The clearance falls by less than 1.5 m a metre, since it is taken between cells.
  private static let fallMax: Float = 1.5

  /// Looks up the clearance of those who have come so far that they might have too little.
  mutating func feelRoom(_ walking: Mask, _ site: Site) {
    for i in Lanes(walking .& (room .< radius + 0.25)) {
      room.put(site.clearance(x[i], y[i]), in: i)
    }
  }

  /// Turns everybody towards a point a stride ahead in their lane, and changes their speed.
  mutating func steer(_ walking: Mask, _ plan: Plan, _ site: Site) {
    let stride =
      Floats.larger(.zero, along) + 0.6 + 0.4 * speed + Floats.choice(isForklift, 0.3, 0)
    var tx = ways.x + stride * ways.dx + plan.lane * ways.dy - x
    var ty = ways.y + stride * ways.dy - plan.lane * ways.dx - y
    let lack = 0.2 - (room - radius)
    for i in Lanes(walking .& (lack .> 0)) {
      // Away from what stands too near.
      let slope = site.slope(x[i], y[i])
      tx.put(tx[i] + slope.dx * lack[i] * 12, in: i)
      ty.put(ty[i] + slope.dy * lack[i] * 12, in: i)
    }
    let length = Floats.larger(Floats(repeating: 1e-3), (tx * tx + ty * ty).squareRoot())
    tx /= length
    ty /= length
    let facing = tx * dx + ty * dy
    turn(walking, towards: tx, ty, facing)
    // Nobody runs where they do not face.
    let wanted = Floats.smaller(
      plan.free, pace * Floats.larger(Floats(repeating: 0.12), facing))
    let rise = Floats.choice(isForklift, 0.8, 1.5) * Self.dt
    let fall = Floats.choice(isForklift, -2, -3) * Self.dt
    let change = Floats.smaller(rise, .larger(fall, wanted - speed))
    speed.replace(with: speed + change, where: walking)
  }

  /// Turns everybody, but by no more than 4 rad/s, and forklifts by 1.4 rad/s.
  private mutating func turn(
    _ walking: Mask, towards tx: Floats, _ ty: Floats, _ facing: Floats
  ) {
    // The cosine and the sine of the turn in a twentieth of a second.
    let cosine = Floats.choice(isForklift, 0.997_551, 0.980_066_58)
    let most = Floats.choice(isForklift, 0.069_942_85, 0.198_669_33)
    let sine = most.replacing(with: 0 - most, where: dx * ty .< dy * tx)
    let (nx, ny) = (dx * cosine - dy * sine, dx * sine + dy * cosine)
    let scale = 1 / (nx * nx + ny * ny).squareRoot()
    let isNear = facing .> cosine
    dx.replace(with: (nx * scale).replacing(with: tx, where: isNear), where: walking)
    dy.replace(with: (ny * scale).replacing(with: ty, where: isNear), where: walking)
  }

  /// Makes everybody's move. Who has room all around goes straight on; the others go one after the
  /// other, so that each sees where those before have gone.
  mutating func move(
    _ walking: Mask, crowded: Mask, _ noticing: Mask, _ robot: RobotSeen, _ site: Site
  ) {
    let stride = speed * Self.dt
    room.replace(with: room - Self.fallMax * stride, where: walking)
    let isTight = room .< radius + 0.05
    let minds = self.minds(robot, noticing)
    let careful = walking .& (isTight .| crowded .| minds)
    let free = walking .& .!careful
    x.replace(with: x + dx * stride, where: free)
    y.replace(with: y + dy * stride, where: free)
    let minding = Lanes(minds)
    for i in Lanes(careful) { squeeze(i, minds: minding.contains(i), robot, site) }
  }

  /// Who has to mind the robot in a move, which is never longer than 0.11 m. Nobody brushes against a
  /// robot that stands beside them, even if they look elsewhere.
  @inline(__always)
  private func minds(_ robot: RobotSeen, _ noticing: Mask) -> Mask {
    guard robot.present else { return Mask(repeating: false) }
    let touch = radius + (Warehouse.robotRadius + 0.15)
    let isNear = squared(robot.x, robot.y) .< touch * touch
    return robot.isStanding ? isNear : isNear .& (isTouching .| noticing)
  }

  /// Makes one mover's move: past others and along racks, never into them.
  private mutating func squeeze(_ i: Int, minds: Bool, _ robot: RobotSeen, _ site: Site) {
    let at = SIMD2(x[i], y[i])
    let size = radius[i]
    var move = SIMD2(dx[i], dy[i]) * (speed[i] * Self.dt)
    let reach = radius + (size + 0.1)
    var near = Lanes(squared(at.x, at.y) .< reach * reach)
    near.remove(i)
    for j in near { Self.slide(&move, along: SIMD2(x[j], y[j]) - at) }
    let body = SIMD2(robot.x, robot.y)
    let touch = size + Warehouse.robotRadius
    if minds, Self.squared(body - at) < (touch + 0.1) * (touch + 0.1) {
      Self.slide(&move, along: body - at)
    }
    var next = at + move
    let margin = size + 0.05
    let clearance = site.clearance(next.x, next.y)
    if clearance < margin {
      let slope = site.slope(next.x, next.y)
      let length = (slope.dx * slope.dx + slope.dy * slope.dy).squareRoot()
      if length > 1e-4 { next += SIMD2(slope.dx, slope.dy) * ((margin - clearance) / length) }
      let isInside = site.clearance(next.x, next.y) < size
      if isInside, clearance < site.clearance(at.x, at.y) { next = at }
    }
    // Sliding past one may have led into another.
    for j in near {
      let place = SIMD2(x[j], y[j])
      let least = reach[j] - 0.08
      let after = Self.squared(place - next)
      if after < least * least, after < Self.squared(place - at) { next = at }
    }
    let after = Self.squared(body - next)
    if minds, after < touch * touch, after < Self.squared(body - at) { next = at }
    if next == at { speed.put(0, in: i) }
    // It may have been pushed anywhere: to be looked up again.
    room.put(0, in: i)
    x.put(next.x, in: i)
    y.put(next.y, in: i)
  }

  /// Takes away what of a move goes towards somebody near: what is left goes past.
  private static func slide(_ move: inout SIMD2<Float>, along gap: SIMD2<Float>) {
    let towards = move.x * gap.x + move.y * gap.y
    if towards > 0 { move -= gap * (towards / max(1e-6, squared(gap))) }
  }

  private static func squared(_ a: SIMD2<Float>) -> Float { a.x * a.x + a.y * a.y }
}
