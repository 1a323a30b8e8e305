// How a mover passes others: on which side, and how fast meanwhile.

extension Crowd {
  /// What everybody means to do in a step.
  struct Plan {
    /// Metres to the right of the way's centre line.
    var lane: Floats
    /// m/s that what is ahead leaves free.
    var free: Floats
    /// Who is so near to somebody that they could touch in this step.
    var crowded = Mask(repeating: false)
  }

  /// What everybody means to do, given who is near.
  @inline(__always)
  func intend(_ walking: Mask, _ noticing: Mask, _ robot: RobotSeen) -> Plan {
    let along = self.along
    let left = ways.length - along
    let limit = Floats.larger(.zero, ways.room - radius - 0.12)
    // Who is about to stop for work goes to the side.
    let wanted = lane.replacing(with: limit, where: ways.leadsHome .& (left .< 3))
    // One goes slower around a corner.
    let corners =
      (left .< Floats.choice(isForklift, 2.2, 1.3))
      .| (along .< Floats.choice(isForklift, 0.6, 0.4))
    let slow = pace * Floats.choice(isForklift, 0.6, 0.8)
    var plan = Plan(
      lane: .smaller(limit, .larger(0 - limit, wanted)),
      free: pace.replacing(with: slow, where: corners))
    let noticed = Lanes(noticing)
    let near = neighbours()
    for i in Lanes(walking) where !near[i].isEmpty || noticed.contains(i) {
      var passing = Passing(
        x: x[i], y: y[i], dx: dx[i], dy: dy[i], radius: radius[i], wayX: ways.dx[i],
        wayY: ways.dy[i], sight: speed[i] + 1.3, limit: limit[i],
        across: (x[i] - ways.x[i]) * ways.dy[i] - (y[i] - ways.y[i]) * ways.dx[i],
        lane: plan.lane[i], free: plan.free[i])
      for j in near[i] { passing.meet(x[j], y[j], radius: radius[j], margin: 0.12) }
      if noticed.contains(i) {
        passing.meet(robot.x, robot.y, radius: Warehouse.robotRadius, margin: 0.25)
      }
      plan.lane.put(passing.lane, in: i)
      plan.free.put(passing.free, in: i)
      if passing.isCrowded { plan.crowded .|= .lane(i) }
    }
    return plan
  }

  /// Who is so near to whom that one may have to make way for the other.
  ///
  /// Eight pairs are judged at once: everybody and who comes one lane later, two, three and four.
  @inline(__always)
  private func neighbours() -> InlineArray<8, Lanes> {
    var near = InlineArray<8, Lanes>(repeating: Lanes())
    var (ox, oy, size, pace) = (x, y, radius, speed)
    for turn in 1...4 {
      (ox, oy, size, pace) = (ox.rotated, oy.rotated, size.rotated, pace.rotated)
      let (gx, gy) = (ox - x, oy - y)
      let sight = radius + size + (.larger(speed, pace) + 1.3)
      for i in Lanes((gx * gx + gy * gy .< sight * sight) .& (radius .> 0)) {
        let j = (i + turn) & 7
        near[i].insert(j)
        near[j].insert(i)
      }
    }
    return near
  }
}

/// What one mover means to do while it passes others.
private struct Passing {
  let x: Float
  let y: Float
  let dx: Float
  let dy: Float
  let radius: Float
  /// The direction of its way.
  let wayX: Float
  let wayY: Float
  /// How far ahead others matter, beyond both radii.
  let sight: Float
  /// How far it may go to either side.
  let limit: Float
  /// Where the mover is: metres to the right of the centre line.
  let across: Float
  /// Metres to the right of the way's centre line.
  var lane: Float
  /// m/s that what is ahead leaves free.
  var free: Float
  /// Whether anybody is so near that they could touch in this step.
  var isCrowded = false

  /// Makes way for somebody: on the right if there is room, and slowly as long as they are ahead.
  mutating func meet(_ ox: Float, _ oy: Float, radius other: Float, margin: Float) {
    let (rx, ry) = (ox - x, oy - y)
    let reach = radius + other
    let squared = rx * rx + ry * ry
    guard squared < (sight + reach) * (sight + reach) else { return }
    if squared < (reach + 0.35) * (reach + 0.35) { isCrowded = true }
    let ahead = rx * dx + ry * dy
    let aside = rx * dy - ry * dx
    if ahead > 0, abs(aside) < reach + margin {
      // Past one's shoulder one may still squeeze by.
      free = min(free, max(ahead < 0.7 * reach ? 0.25 : 0, (ahead - reach - 0.3) * 1.2))
    }
    // In the frame of the way: how far to the right of it to go for passing.
    let forward = rx * wayX + ry * wayY
    let right = rx * wayY - ry * wayX
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
