// What the robot's sensors say.
import Basics

extension Warehouse {
  static func spec(for settings: WarehouseSettings) -> EnvironmentSpec {
    var modalities = [
      Modality("pose", shape: [3], unit: "m, m, rad"),
      Modality("wheels", shape: [2], unit: "m/s"),
      Modality("gyro", shape: [1], unit: "rad/s"),
      Modality("goal", shape: [2], unit: "m"),
      Modality("movers", shape: [slots, 5], unit: "present, m, m, m, kind"),
    ]
    if settings.lidar { modalities.append(Modality("lidar", shape: [beams], unit: "m")) }
    let seconds = settings.timeMax.map { min(90, max(Drive.dt, $0)) } ?? 90
    return EnvironmentSpec(
      name: "warehouse", modalities: modalities,
      actions: .continuous([Drive.speeds, Drive.turnRates]), dt: Drive.dt,
      stepsMax: Int(seconds / Drive.dt))
  }

  /// Writes what is seen now.
  mutating func observe(into out: inout MutableSpan<Float>) {
    var noise = state.noise
    let drive = state.drive
    let (s, c) = sineCosine(drive.heading)
    out[0] = drive.x + 0.002 * noise.nearlyNormal()
    out[1] = drive.y + 0.002 * noise.nearlyNormal()
    out[2] = wrappedAngle(drive.heading + 0.002 * noise.nearlyNormal())
    out[3] = (drive.left * 200).rounded() * 0.005
    out[4] = (drive.right * 200).rounded() * 0.005
    out[5] = drive.turnRate + 0.01 * noise.nearlyNormal()
    let (gx, gy) = (state.goal.x - drive.x, state.goal.y - drive.y)
    out[6] = c * gx + s * gy
    out[7] = c * gy - s * gx
    observeMovers(into: &out, at: 8, &noise, sine: s, cosine: c)
    if setup.settings.lidar {
      observeRanges(into: &out, at: 8 + 5 * Self.slots, &noise, sine: s, cosine: c)
    }
    state.noise = noise
  }

  /// The nearest visible movers, nearest first: present, x, y, radius, kind.
  private func observeMovers(
    into out: inout MutableSpan<Float>, at start: Int, _ noise: inout Random, sine s: Float,
    cosine c: Float
  ) {
    var taken: UInt32 = 0
    for slot in 0..<Self.slots {
      var nearest = -1
      var least = Float.infinity
      for i in 0..<state.moverCount where state.movers[i].visible && taken & (1 << UInt32(i)) == 0 {
        let dx = state.movers[i].x - state.drive.x
        let dy = state.movers[i].y - state.drive.y
        let squared = dx * dx + dy * dy
        if squared < least { (nearest, least) = (i, squared) }
      }
      let at = start + 5 * slot
      if nearest < 0 {
        for k in 0..<5 { out[at + k] = 0 }
        continue
      }
      taken |= 1 << UInt32(nearest)
      let dx = state.movers[nearest].x - state.drive.x
      let dy = state.movers[nearest].y - state.drive.y
      out[at] = 1
      out[at + 1] = c * dx + s * dy + 0.03 * noise.nearlyNormal()
      out[at + 2] = c * dy - s * dx + 0.03 * noise.nearlyNormal()
      out[at + 3] = state.movers[nearest].radius
      out[at + 4] = Float(state.movers[nearest].kind.rawValue)
    }
  }

  /// The true ranges of the lidar, before noise: to walls, racks and movers. `[64]`
  public func ranges() -> [Float] {
    var ranges = [Float](repeating: 0, count: Self.beams)
    var span = ranges.mutableSpan
    let (s, c) = sineCosine(state.drive.heading)
    castRanges(into: &span, at: 0, sine: s, cosine: c)
    return ranges
  }

  private func observeRanges(
    into out: inout MutableSpan<Float>, at start: Int, _ noise: inout Random, sine s: Float,
    cosine c: Float
  ) {
    castRanges(into: &out, at: start, sine: s, cosine: c)
    for i in start..<start + Self.beams {
      out[i] = min(Self.sight, max(0, out[i] + 0.01 * noise.nearlyNormal()))
    }
  }

  private func castRanges(
    into out: inout MutableSpan<Float>, at start: Int, sine s: Float, cosine c: Float
  ) {
    let (x, y) = (state.drive.x, state.drive.y)
    for i in 0..<Self.beams {
      let beam = setup.beams[i]
      let (dx, dy) = (c * beam.x - s * beam.y, s * beam.x + c * beam.y)
      var range = site.raycast(x, y, cosine: dx, sine: dy, max: Self.sight)
      for j in 0..<state.moverCount {
        let (mx, my) = (state.movers[j].x - x, state.movers[j].y - y)
        let ahead = mx * dx + my * dy
        let aside = mx * dy - my * dx
        let inside = state.movers[j].radius * state.movers[j].radius - aside * aside
        if inside > 0, ahead > 0 { range = min(range, max(0, ahead - inside.squareRoot())) }
      }
      out[start + i] = range
    }
  }

  /// A mover as judges see it.
  func moverState(_ i: Int) -> MoverState {
    let mover = state.movers[i]
    return MoverState(
      x: mover.x, y: mover.y, vx: mover.dx * mover.speed, vy: mover.dy * mover.speed,
      heading: arcTangent(y: mover.dy, x: mover.dx), radius: mover.radius, kind: mover.kind,
      visible: mover.visible)
  }

  /// Where movers will be; see `Truth.moversAhead`.
  func moversAhead(steps: Int, robot: RobotAhead) -> [[MoverState]] {
    var world = self
    let (s, c) = sineCosine(state.drive.heading)
    let speed = robot == .constantVelocity ? state.drive.speed : 0
    var seen = RobotSeen(
      x: state.drive.x, y: state.drive.y, vx: speed * c, vy: speed * s,
      present: robot != .absent)
    return (0..<steps).map { _ in
      seen.x += seen.vx * Drive.dt
      seen.y += seen.vy * Drive.dt
      Crowd.step(&world.state.movers, count: world.state.moverCount, robot: seen, site: site)
      Self.look(&world.state, x: seen.x, y: seen.y, site: site)
      return (0..<world.state.moverCount).map { world.moverState($0) }
    }
  }
}

extension Random {
  /// Nearly normal, mean 0 and variance 1, never beyond ±3.5: four uniform numbers from one draw.
  mutating func nearlyNormal() -> Float {
    let bits = next()
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return (Float(sum) * 0x1p-16 - 2) * 1.732_050_8
  }
}
