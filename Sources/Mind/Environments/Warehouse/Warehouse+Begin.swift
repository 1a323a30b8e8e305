// How an episode begins: a site, a mission, a robot with its quirks, and everybody else.
import Basics

extension Warehouse {
  static func firstSite(_ settings: WarehouseSettings, _ pool: SitePool) -> Site {
    if case .fixed(let site) = settings.layout { return site }
    return pool.site(settings.sites.lowerBound)
  }

  mutating func begin(seed: UInt64) {
    let root = Random(seed: seed)
    var random = root.fork(1)
    if case .generated = setup.settings.layout {
      let sites = setup.settings.sites
      let offset = sites.isEmpty ? 0 : random.index(below: sites.count)
      site = setup.pool.site(sites.lowerBound + UInt64(offset))
    }
    let isBlind = drawBlind(root.fork(5))
    var route: [Point] = []
    // Not every mission passes a corner where somebody can hide: then another one.
    for attempt in 0..<UInt64(isBlind ? 12 : 1) {
      state = State()
      route = drawMission(&random)
      if drawMovers(root.fork(3).fork(attempt), route: route, blind: isBlind) == isBlind { break }
    }
    drawQuirks(root.fork(2), route: route)
    state.noise = root.fork(4)
    state.crowd.look(from: state.drive.x, state.drive.y, on: site)
  }

  /// A start and a goal that are 8–25 m of way apart, or the farthest of many tries.
  private mutating func drawMission(_ random: inout Random) -> [Point] {
    var best: [Point] = []
    var longest: Float = 0
    for _ in 0..<60 {
      let start = site.spots[random.index(below: site.spots.count)]
      let goal = site.spots[random.index(below: site.spots.count)]
      guard (5...24).contains(start.distance(to: goal)) || longest == 0 else { continue }
      guard let route = site.route(from: start, to: goal), route.count > 1 else { continue }
      let length = Self.length(of: route)
      if length > 25 && !best.isEmpty { continue }
      if length > longest || best.isEmpty { (best, longest) = (route, length) }
      if (8...25).contains(length) {
        (best, longest) = (route, length)
        break
      }
    }
    if best.isEmpty { best = [site.spots[0], site.spots[1]] }
    let (a, b) = (best[0], best[1])
    let turn = random.uniform(in: -0.8...0.8)
    let heading = wrappedAngle(arcTangent(y: b.y - a.y, x: b.x - a.x) + turn)
    state.start = Pose(x: a.x, y: a.y, heading: heading)
    state.goal = best[best.count - 1]
    state.drive = DriveState(pose: state.start)
    state.lengthOptimal = longest
    state.timeOptimal = longest / 1.2 + 0.35 * (abs(turn) + Self.turning(of: best)) + 0.5
    let seconds = setup.settings.timeMax ?? (3 * state.timeOptimal + 10)
    state.stepsMax = Int32(min(90, max(Drive.dt, seconds)) / Drive.dt)
    return best
  }

  static func length(of route: [Point]) -> Float {
    zip(route, route.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
  }

  /// Radians that a route turns by in all.
  private static func turning(of route: [Point]) -> Float {
    var sum: Float = 0
    for i in route.indices.dropFirst(2) {
      let before = arcTangent(
        y: route[i - 1].y - route[i - 2].y, x: route[i - 1].x - route[i - 2].x)
      let after = arcTangent(y: route[i].y - route[i - 1].y, x: route[i].x - route[i - 1].x)
      sum += abs(wrappedAngle(after - before))
    }
    return sum
  }

  private mutating func drawQuirks(_ stream: Random, route: [Point]) {
    var random = stream
    let site = self.site
    var isYard = false
    if case .yard = setup.settings.layout { isYard = true }
    let quirks = setup.settings.quirks.draw(&random) { random in
      if isYard {
        return Point(
          x: random.uniform(in: 0...site.width), y: random.uniform(in: 0...site.height))
      }
      let place = Self.place(on: route, share: random.uniform(in: 0.1...0.95))
      return Point(
        x: place.point.x + random.uniform(in: -0.6...0.6),
        y: place.point.y + random.uniform(in: -0.6...0.6))
    }
    drive = Drive(quirks)
  }

  /// The place at a share of a route's length, and the direction there.
  static func place(on route: [Point], share: Float) -> (point: Point, dx: Float, dy: Float) {
    var left = share * length(of: route)
    for (a, b) in zip(route, route.dropFirst()) {
      let piece = a.distance(to: b)
      guard piece > 0 else { continue }
      let (dx, dy) = ((b.x - a.x) / piece, (b.y - a.y) / piece)
      if left <= piece { return (Point(x: a.x + dx * left, y: a.y + dy * left), dx, dy) }
      left -= piece
    }
    return (route[route.count - 1], 1, 0)
  }

  private func drawBlind(_ stream: Random) -> Bool {
    var random = stream
    return switch setup.settings.scenario {
    case .ordinary: false
    case .blindCorner: true
    case .mixed: random.chance(0.25)
    }
  }

  /// Draws and places the movers.
  ///
  /// - Returns: whether one of them hides behind a corner.
  private mutating func drawMovers(_ stream: Random, route: [Point], blind: Bool) -> Bool {
    var random = stream
    let count = setup.settings.movers ?? 4 + random.index(below: 5)
    guard !site.graph.ways.isEmpty else { return false }
    var hides = false
    for i in 0..<min(Crowd.countMax, max(0, count)) {
      var mover = Self.drawMover(random.fork(UInt64(i)))
      if i == 0 && blind { hides = hide(&mover, &random, route: route) }
      if (i == 0 && hides) || place(&mover, &random) {
        state.crowd.add(mover, site.graph)
      }
    }
    return hides
  }

  private static func drawMover(_ stream: Random) -> Mover {
    var mover = Mover()
    var random = stream
    if random.chance(0.25) {
      mover.kind = .forklift
      mover.radius = 0.6
      mover.pace = random.uniform(in: 1...2.2)
      mover.lane = random.uniform(in: 0.1...0.5)
    } else {
      mover.pace = random.uniform(in: 0.6...1.6)
      // Most keep to the right.
      mover.lane = random.uniform(in: random.chance(0.15) ? -0.5...0.2 : 0.2...0.8)
    }
    mover.distracted = random.chance(0.25)
    mover.patience = Float(40 + random.index(below: 60))
    mover.errand.random = random
    return mover
  }

  /// Puts a mover somewhere on a way, 4 m from the robot and clear of all else.
  private func place(_ mover: inout Mover, _ random: inout Random) -> Bool {
    for _ in 0..<40 {
      let index = random.index(below: site.graph.ways.count)
      let way = site.graph.ways[index]
      let start = site.graph.nodes[way.start]
      let along = random.uniform() * way.length
      let lane = min(mover.lane, max(0, way.room - mover.radius - 0.12))
      put(
        &mover, on: index, x: start.x + along * way.dx + lane * way.dy,
        y: start.y + along * way.dy - lane * way.dx)
      mover.errand.draw(destinationOn: site.graph)
      let gap = Point(x: mover.x, y: mover.y).distance(
        to: Point(x: state.start.x, y: state.start.y))
      if gap >= 4, isFree(mover) { return true }
    }
    return false
  }

  private func put(_ mover: inout Mover, on index: Int, x: Float, y: Float) {
    (mover.x, mover.y, mover.errand.way) = (x, y, index)
  }

  private func isFree(_ mover: Mover) -> Bool {
    guard site.clearance(mover.x, mover.y) > mover.radius + 0.1 else { return false }
    let reach = state.crowd.radius + (mover.radius + 0.4)
    return Lanes(state.crowd.squared(mover.x, mover.y) .< reach * reach).isEmpty
  }

  /// Puts a mover in a side way that the route passes, out of sight, to walk off when the robot
  /// comes near, so as to meet it if it goes on as it does. What it does after the cue changes nothing.
  private func hide(_ mover: inout Mover, _ random: inout Random, route: [Point]) -> Bool {
    let length = Self.length(of: route)
    var choices: [(way: Int, along: Float, cue: Float, side: Float)] = []
    for share in stride(from: Float(0.2), through: 0.85, by: 0.04) where share * length > 5 {
      let here = Self.place(on: route, share: share)
      for (index, way) in site.graph.ways.enumerated() {
        let end = site.graph.nodes[way.end]
        guard end.distance(to: here.point) < 1.3, abs(way.dx * here.dx + way.dy * here.dy) < 0.4
        else { continue }
        let cue = min(random.uniform(in: 3.5...5.5), share * length - 0.5)
        let away = random.uniform(in: 0.9...1.3) * (cue - 0.6)
        let along = way.length - away
        guard along > 0.3 || way.length > 3 else { continue }
        // The side of the way from which the robot comes: there the rack hides longest.
        let side: Float = way.dx * here.dy - way.dy * here.dx > 0 ? 1 : -1
        choices.append((index, max(0.3, along), cue, side))
      }
    }
    while !choices.isEmpty {
      let choice = choices.remove(at: random.index(below: choices.count))
      let way = site.graph.ways[choice.way]
      let (start, end) = (site.graph.nodes[way.start], site.graph.nodes[way.end])
      mover.lane = choice.side * min(0.8, max(0, way.room - mover.radius - 0.12))
      let x = start.x + choice.along * way.dx + mover.lane * way.dy
      let y = start.y + choice.along * way.dy - mover.lane * way.dx
      put(&mover, on: choice.way, x: x, y: y)
      let gap = Point(x: x, y: y).distance(to: Point(x: state.start.x, y: state.start.y))
      guard gap >= 4, isFree(mover), isHidden(x, y, route: route, until: end, cue: choice.cue)
      else {
        continue
      }
      // Busy with something else, and not about to stop.
      mover.cueDistance = choice.cue
      mover.pause = 800
      mover.cue = end
      mover.distracted = true
      repeat {
        mover.errand.draw(destinationOn: site.graph)
      } while mover.errand.destination == way.end
      return true
    }
    return false
  }

  /// Whether the robot can not see a place from its route until it is well past its cue.
  private func isHidden(
    _ x: Float, _ y: Float, route: [Point], until end: Point, cue: Float
  ) -> Bool {
    for step in 0..<40 {
      let place = Self.place(on: route, share: Float(step) / 40).point
      if place.distance(to: end) < cue * 0.6 { return true }
      if site.sees(place.x, place.y, x, y) { return false }
    }
    return true
  }
}
