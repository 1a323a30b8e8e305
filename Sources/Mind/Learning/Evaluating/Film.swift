// Films a mission: what happened, what was imagined, and what the same belief foretold.

import Basics
import Environments
import Planning
import WorldModels

/// Drives missions again for the replay player.
struct Film {
  private let settings: WarehouseSettings

  init(_ settings: WarehouseSettings) { self.settings = settings }

  /// A mission as each of the drivers drives it; nil where none of them thinks aloud.
  func recording(of drivers: [Driver], seed: UInt64, title: String) -> Recording? {
    var mission: Mission?
    let takes = drivers.compactMap { driver -> Take? in
      guard let contender = driver.aloud else { return nil }
      var camera = Camera(driver)
      let tournament = Tournament(settings, contenders: [contender])
      let record = tournament.play(contender, seed: seed) { world, policy in
        camera.watch(world, policy)
        mission = world.mission
      }
      return camera.take(record)
    }
    guard let mission, !takes.isEmpty else { return nil }
    return Recording(
      title: title, seed: seed, place: place(mission.site),
      goal: point(mission.goal.x, mission.goal.y), goalTolerance: mission.goalTolerance,
      robotRadius: mission.robotRadius, dt: mission.dt, takes: takes)
  }

  private func place(_ site: Site) -> Recording.Place {
    Recording.Place(
      name: site.name, width: site.width, height: site.height,
      racks: site.racks.map { rack in
        [point(rack.x, rack.y), point(rack.x + rack.width, rack.y + rack.height)]
      },
      nodes: site.graph.nodes.map { point($0.x, $0.y) },
      edges: site.graph.ways.map { [$0.start, $0.end] },
      stations: site.stations.map { station in
        let node = site.graph.nodes[station.node]
        return Recording.Station(station.id, at: point(node.x, node.y))
      })
  }
}

/// Writes down one take.
private struct Camera {
  /// Steps between two recorded decisions, and between two points of a path.
  private static let decisionEvery = 2
  private static let pointEvery = 3
  private static let forecastEvery = 6

  private var take: Take
  private var beliefs: [(step: Int, motion: any MotionModel)] = []
  private var commands: [(v: Float, w: Float)] = []
  private var dt: Float = 0

  init(_ driver: Driver) { take = Take(driver.title, role: driver.role) }

  mutating func watch(_ world: Warehouse, _ policy: any Policy) {
    let truth = world.truth
    let step = take.x.count
    if step == 0 { begin(world) }
    take.x.append(truth.pose.x)
    take.y.append(truth.pose.y)
    take.heading.append(truth.pose.heading)
    take.lidar.append(world.ranges())
    for (i, mover) in truth.movers.enumerated() {
      take.movers[i].x.append(mover.x)
      take.movers[i].y.append(mover.y)
      take.movers[i].isVisible.append(mover.visible)
    }
    mark(world.events, at: step)
    guard let thought = policy.thought else { return }
    commands.append(thought.commands.first)
    if step % Self.decisionEvery == 0 {
      take.decisions.append(decision(thought, at: step))
      if let planned = policy as? PlannedPolicy { beliefs.append((step, planned.motion)) }
    }
  }

  private mutating func begin(_ world: Warehouse) {
    let mission = world.mission
    dt = mission.dt
    let start = Point(x: mission.start.x, y: mission.start.y)
    let corners = mission.site.route(from: start, to: mission.goal) ?? [start, mission.goal]
    take.route = corners.map { point($0.x, $0.y) }
    take.movers = world.truth.movers.map {
      Take.Mover(radius: $0.radius, isForklift: $0.kind == .forklift)
    }
  }

  private mutating func mark(_ events: Events, at step: Int) {
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

  private func decision(_ thought: Thought, at step: Int) -> Take.Decision {
    func thinned<T>(_ values: [T], _ every: Int = Self.pointEvery) -> [T] {
      stride(from: every - 1, to: values.count, by: every).map { values[$0] }
    }
    var decision = Take.Decision(
      step: step, interval: Float(Self.pointEvery) * dt,
      candidates: thought.others.map { thinned($0).map { point($0.x, $0.y) } },
      plan: thinned(thought.plan).map { point($0.x, $0.y) }, doubt: thinned(thought.doubt))
    decision.forecasts = thought.movers.map { future in
      let steps = thinned(Array(future.x.indices), Self.forecastEvery)
      return Take.Forecast(
        weight: future.weight, radius: future.radius, isPhantom: future.isHidden,
        path: steps.map { point(future.x[$0], future.y[$0]) },
        spread: steps.map { future.spread[$0] })
    }
    return decision
  }

  /// The take, with what each belief foretells for the commands that were then really given.
  mutating func take(_ record: EpisodeRecord) -> Take {
    // After the last frame nothing was decided any more.
    if let last = take.decisions.last, last.step == take.x.count - 1 {
      take.decisions.removeLast()
    }
    for i in take.decisions.indices {
      guard let belief = beliefs.first(where: { $0.step == take.decisions[i].step }) else {
        continue
      }
      take.decisions[i].foretold = foretold(by: belief.motion, from: belief.step)
    }
    let seconds = (record.time * 10).rounded() / 10
    switch record.ending {
    case .arrived: take.outcome = "arrived after \(seconds) s"
    case .staticContact: take.outcome = "hit a rack or a wall after \(seconds) s"
    case .moverContact: take.outcome = "touched somebody after \(seconds) s"
    case .timeOut:
      take.outcome = "ran out of time after \(seconds) s"
      take.events.append(.init(step: take.x.count - 1, kind: .timeout))
    }
    return take
  }

  private func foretold(by motion: any MotionModel, from step: Int) -> [Recording.Point] {
    let given = commands[step..<min(step + 36, take.x.count - 1)]
    guard given.count >= Self.pointEvery else { return [] }
    var batch = CommandBatch(samples: 1, steps: given.count)
    batch.v = given.map(\.v)
    batch.w = given.map(\.w)
    var path = PathBatch(samples: 1, steps: given.count)
    motion.imagine(batch, into: &path)
    return stride(from: Self.pointEvery - 1, to: given.count, by: Self.pointEvery).map {
      point(path.x[$0], path.y[$0])
    }
  }
}

private func point(_ x: Float, _ y: Float) -> Recording.Point { Recording.Point(x, y) }
