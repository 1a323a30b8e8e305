// Replays of real episodes, driven by a script that follows its route and stops for people.
import Basics
import Environments
import Learning

/// One mission, driven by two scripts of different caution.
func sampleReplay(seed: UInt64, scenario: WarehouseSettings.Scenario, title: String, name: String)
  -> Recording
{
  let world = Warehouse(
    .missions(sites: 1000..<1004, quirks: .nominal, scenario: scenario, lidar: true))
  var first = world
  var observation = [Float](repeating: 0, count: world.spec.observationCount)
  var span = observation.mutableSpan
  first.reset(seed: seed, observation: &span)
  let mission = first.mission
  let site = mission.site
  let place = Recording.Place(
    name: name, width: site.width, height: site.height,
    racks: site.racks.map { rack in
      [point(rack.x, rack.y), point(rack.x + rack.width, rack.y + rack.height)]
    },
    nodes: site.graph.nodes.map { point($0.x, $0.y) },
    edges: site.graph.ways.map { [$0.start, $0.end] },
    stations: site.stations.prefix(4).enumerated().map { i, _ in
      Recording.Station(
        i == 0 ? name : "P\(i)", at: point(site.graph.nodes[i].x, site.graph.nodes[i].y))
    })
  return Recording(
    title: title, seed: seed, place: place, goal: point(mission.goal.x, mission.goal.y),
    goalTolerance: mission.goalTolerance, dt: world.spec.dt,
    takes: [
      sampleTake(world, seed: seed, name: "Careful script", role: .learned, caution: 1.6),
      sampleTake(world, seed: seed, name: "Bold script", role: .honest, caution: 0.4),
    ])
}

private func point(_ x: Float, _ y: Float) -> Recording.Point { Recording.Point(x, y) }

private func sampleTake(
  _ start: Warehouse, seed: UInt64, name: String, role: Report.Role, caution: Float
) -> Take {
  var world = start
  var observation = [Float](repeating: 0, count: world.spec.observationCount)
  do {
    var span = observation.mutableSpan
    world.reset(seed: seed, observation: &span)
  }
  let mission = world.mission
  let goal = mission.goal
  let corners =
    mission.site.route(from: Point(x: mission.start.x, y: mission.start.y), to: goal) ?? [goal]
  let way =
    zip(corners, corners.dropFirst()).flatMap { a, b in
      (0..<20).map { i in
        let share = Float(i) / 20
        return Point(x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share)
      }
    } + [goal]
  var take = Take(name, role: role)
  take.route = corners.map { point($0.x, $0.y) }
  take.movers = world.truth.movers.map {
    Take.Mover(radius: $0.radius, isForklift: $0.kind == .forklift)
  }
  var next = 1
  for step in 0..<900 {
    record(world, into: &take)
    let pose = world.truth.pose
    while next < way.count - 1 && distance(way[next], pose) < 0.7 { next += 1 }
    let target = way[min(next, way.count - 1)]
    let bearing = wrappedAngle(
      arcTangent(y: target.y - pose.y, x: target.x - pose.x) - pose.heading)
    let nearest =
      world.truth.movers.filter { mover in
        let side = arcTangent(y: mover.y - pose.y, x: mover.x - pose.x) - pose.heading
        return mover.visible && abs(wrappedAngle(side)) < 0.8
      }
      .map { distance(Point(x: $0.x, y: $0.y), pose) - $0.radius }.min() ?? 9
    let v = nearest < caution ? 0 : max(0, 1 - 1.3 * abs(bearing))
    let w = min(max(1.8 * bearing, -1.5), 1.5)
    if step % 2 == 0 { take.decisions.append(decision(world, step: step, v: v, w: w)) }
    let transition = [v, w].withSpan { action in
      var span = observation.mutableSpan
      return world.step(action, observation: &span)
    }
    mark(world.events, at: step + 1, in: &take)
    if !transition.goesOn {
      record(world, into: &take)
      if transition.truncated { take.events.append(.init(step: step + 1, kind: .timeout)) }
      break
    }
  }
  let seconds = Float(take.x.count - 1) * world.spec.dt
  let ending = take.events.last { $0.kind != .violation }?.kind.rawValue ?? "unfinished"
  take.outcome = "\(ending) after \((seconds * 10).rounded() / 10) s"
  return take
}

extension [Float] {
  fileprivate func withSpan<Result>(_ body: (Span<Float>) -> Result) -> Result { body(span) }
}

private func distance(_ a: Point, _ b: Pose) -> Float {
  ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
}

private func record(_ world: Warehouse, into take: inout Take) {
  let truth = world.truth
  take.x.append(truth.pose.x)
  take.y.append(truth.pose.y)
  take.heading.append(truth.pose.heading)
  take.lidar.append(world.ranges())
  for (i, mover) in truth.movers.enumerated() {
    take.movers[i].x.append(mover.x)
    take.movers[i].y.append(mover.y)
    take.movers[i].isVisible.append(mover.visible)
  }
}

private func mark(_ events: Events, at step: Int, in take: inout Take) {
  if events.protectiveFieldViolation {
    if let last = take.events.indices.last, take.events[last].kind == .violation,
      take.events[last].step + take.events[last].duration == step
    {
      take.events[last].duration += 1
    } else {
      take.events.append(.init(step: step, kind: .violation))
    }
  }
  if events.staticContact { take.events.append(.init(step: step, kind: .staticContact)) }
  if events.atFaultMoverContact { take.events.append(.init(step: step, kind: .atFaultContact)) }
  if events.blamelessContact { take.events.append(.init(step: step, kind: .blamelessContact)) }
  if events.arrived { take.events.append(.init(step: step, kind: .arrived)) }
}

/// What a script might have imagined: a fan of arcs, and straight lines for those it sees.
private func decision(_ world: Warehouse, step: Int, v: Float, w: Float) -> Take.Decision {
  let drive = world.trueDrive
  let truth = world.truth
  func path(_ v: Float, _ w: Float) -> [Recording.Point] {
    var state = truth.drive
    return (0..<36).compactMap { step in
      drive.advance(&state, v: v, w: w)
      return step % 3 == 2 ? point(state.x, state.y) : nil
    }
  }
  var decision = Take.Decision(
    step: step, interval: 0.15, candidates: (-6...6).map { path(1.2, w + 0.2 * Float($0)) },
    plan: path(v, w), doubt: (1...12).map { 0.012 * Float($0) }, foretold: path(v * 0.97, w))
  for mover in truth.movers where mover.visible {
    for (weight, turn) in [(Float(0.7), Float(0)), (0.3, 0.5)] {
      let (sine, cosine) = sineCosine(turn)
      let vx = mover.vx * cosine - mover.vy * sine
      let vy = mover.vx * sine + mover.vy * cosine
      let times = (1...6).map { 0.3 * Float($0) }
      decision.forecasts.append(
        Take.Forecast(
          weight: weight, radius: mover.radius,
          path: times.map { point(mover.x + vx * $0, mover.y + vy * $0) },
          spread: times.map { 0.05 + 0.12 * $0 }))
    }
  }
  for corner in world.mission.site.racks.flatMap(ends)
  where distance(Point(x: corner.x, y: corner.y), truth.pose) < 4.5 {
    decision.forecasts.append(
      Take.Forecast(
        weight: 0.3, radius: 0.3, isPhantom: true, path: [corner, point(corner.x, corner.y)],
        spread: [0.2, 0.5]))
  }
  return decision
}

private func ends(_ rack: Rectangle) -> [Recording.Point] {
  let middle = rack.y + rack.height / 2
  return [point(rack.x - 0.4, middle), point(rack.x + rack.width + 0.4, middle)]
}
