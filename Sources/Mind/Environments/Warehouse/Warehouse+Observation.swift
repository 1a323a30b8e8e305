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
    out[3] = nearestInteger(drive.left * 200) * 0.005
    out[4] = nearestInteger(drive.right * 200) * 0.005
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
  @inline(__always)
  private func observeMovers(
    into out: inout MutableSpan<Float>, at start: Int, _ noise: inout Random, sine s: Float,
    cosine c: Float
  ) {
    let (x, y) = (state.drive.x, state.drive.y)
    var squared = Crowd.Floats(repeating: .infinity)
    squared.replace(with: state.crowd.squared(x, y), where: state.crowd.isVisible)
    var at = start
    for _ in 0..<Self.slots {
      let least = squared.least
      var lanes = Lanes(squared .== least)
      guard least < .infinity, let nearest = lanes.next() else { break }
      squared.put(.infinity, in: nearest)
      let (dx, dy) = (state.crowd.x[nearest] - x, state.crowd.y[nearest] - y)
      out[at] = 1
      out[at + 1] = c * dx + s * dy + 0.03 * noise.nearlyNormal()
      out[at + 2] = c * dy - s * dx + 0.03 * noise.nearlyNormal()
      out[at + 3] = state.crowd.radius[nearest]
      out[at + 4] = Float(state.crowd.kind(nearest).rawValue)
      at += 5
    }
    for i in at..<start + 5 * Self.slots { out[i] = 0 }
  }

  /// The true ranges of the lidar, before noise: to walls, racks and movers. `[64]`
  public func ranges() -> [Float] {
    var ranges = [Float](repeating: 0, count: Self.beams)
    var span = ranges.mutableSpan
    let (s, c) = sineCosine(state.drive.heading)
    castRanges(into: &span, at: 0, sine: s, cosine: c)
    return ranges
  }

  @inline(__always)
  private func observeRanges(
    into out: inout MutableSpan<Float>, at start: Int, _ noise: inout Random, sine s: Float,
    cosine c: Float
  ) {
    castRanges(into: &out, at: start, sine: s, cosine: c)
    for i in start..<start + Self.beams {
      out[i] = min(Self.sight, max(0, out[i] + 0.01 * noise.nearlyNormal()))
    }
  }

  @inline(__always)
  private func castRanges(
    into out: inout MutableSpan<Float>, at start: Int, sine s: Float, cosine c: Float
  ) {
    let (x, y) = (state.drive.x, state.drive.y)
    let (mx, my) = (state.crowd.x - x, state.crowd.y - y)
    let squared = state.crowd.radius * state.crowd.radius
    // Nobody farther away cuts a beam short.
    let reach = state.crowd.radius + Self.sight
    let near = Lanes(state.crowd.squared(x, y) .< reach * reach)
    let longest = SIMD8(repeating: Self.sight)
    for group in 0..<Self.beams / 8 {
      let cosines = c * setup.beamCosines[group] - s * setup.beamSines[group]
      let sines = s * setup.beamCosines[group] + c * setup.beamSines[group]
      let ranges = site.raycast(x, y, cosines: cosines, sines: sines, max: longest)
      for i in 0..<8 { out[start + 8 * group + i] = ranges[i] }
      for j in near {
        // Where the rays meet the disc, if they do.
        let ahead = mx[j] * cosines + my[j] * sines
        let aside = mx[j] * sines - my[j] * cosines
        let inside = squared[j] - aside * aside
        let hit = Lanes((inside .> 0) .& (ahead .> 0))
        if hit.isEmpty { continue }
        let near = ahead - inside.replacing(with: 0, where: inside .< 0).squareRoot()
        for i in hit {
          let at = start + 8 * group + i
          out[at] = min(out[at], max(0, near[i]))
        }
      }
    }
  }

  /// A mover as judges see it.
  func moverState(_ i: Int) -> MoverState {
    let crowd = state.crowd
    let (dx, dy, speed) = (crowd.dx[i], crowd.dy[i], crowd.speed[i])
    return MoverState(
      x: crowd.x[i], y: crowd.y[i], vx: dx * speed, vy: dy * speed,
      heading: arcTangent(y: dy, x: dx), radius: crowd.radius[i], kind: crowd.kind(i),
      visible: crowd.isVisible[i])
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
      world.state.crowd.step(robot: seen, site: site)
      world.state.crowd.look(from: seen.x, seen.y, on: site)
      return (0..<world.state.crowd.count).map { world.moverState($0) }
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
