// What lies before a robot when it decides, as plain numbers in its own frame.

import Basics
public import Environments
public import WorldModels

/// The way ahead, what stands around, who moves where, and what the robot was about to do. All of it
/// is seen from the robot, x ahead and y to the left, so that neither the site nor its orientation is
/// in it.
public struct Outlook: Sendable, Hashable {
  /// Places on the way, at `distances` along it.
  var way: [SIMD2<Float>]
  /// Metres between the hull and what stands, there.
  var room: [Float]
  /// Metres to go.
  var toGo: Float
  /// Where the goal is.
  var goal: SIMD2<Float>
  /// Metres to what stands, all around from straight ahead to the left.
  var rays: [Float]
  /// How much of each place of the way is taken at each of `times`. `[times, distances]`
  var traffic: [Float]
  /// The nearest who move.
  var others: [Other]
  /// Speed and turn rate.
  var motion: SIMD2<Float>
  /// The last command.
  var command: SIMD2<Float>
  /// What the robot was about to do.
  var plan: PlanKnots

  /// Somebody who moves.
  struct Other: Sendable, Hashable {
    /// Where, on average, at `instants`.
    var places: [SIMD2<Float>]
    /// How likely it is that there is anybody.
    var weight: Float
    /// Standard deviation of the last place, m.
    var spread: Float
    /// Metres.
    var radius: Float
    /// Whether nobody has been seen there.
    var isHidden: Bool
  }

  /// Metres along the way.
  static let distances: [Float] = [0.3, 0.6, 1, 1.5, 2, 2.6, 3.3, 4]
  /// Seconds ahead at which the way is looked at.
  static let times: [Float] = [0.25, 0.75, 1.25, 1.75]
  /// Seconds ahead at which those who move are looked at.
  static let instants: [Float] = [0.05, 0.5, 1, 1.75]
  /// Those who are looked at one by one.
  static let othersMax = 4
  /// Rays, and how far they reach, m.
  static let rayCount = 16
  static let rayMax: Float = 4

  /// What lies before a robot.
  ///
  /// - Parameters:
  ///   - reading: how it moves now.
  ///   - command: what it was told last.
  ///   - plan: what it planned last, that command first.
  public init(
    of scene: Scene, at pose: Pose, moving reading: DriveReading,
    after command: (v: Float, w: Float),
    plan: Plan
  ) {
    let eye = Eye(pose)
    let route = scene.route
    var arcs = PursuitArcs()
    arcs.trace(route, from: Point(x: pose.x, y: pose.y), metres: 4)
    let places = Self.distances.map { arcs.line[min(arcs.line.count - 1, Int($0 * 10 + 0.5))] }
    way = places.map { eye.sees($0.x, $0.y) }
    room = places.map { route.site.clearance($0.x, $0.y) - scene.robotRadius }
    toGo = route.metres(pose.x, pose.y)
    goal = eye.sees(route.goal.x, route.goal.y)
    rays = (0..<Self.rayCount).map { i in
      let (s, c) = sineCosine(pose.heading + 2 * .pi * Float(i) / Float(Self.rayCount))
      return route.site.raycast(pose.x, pose.y, cosine: c, sine: s, max: Self.rayMax)
    }
    traffic = Self.traffic(scene.movers, on: places, hull: scene.robotRadius)
    others = Self.nearest(scene.movers, to: pose, eye)
    motion = [(reading.left + reading.right) / 2, reading.gyro]
    self.command = [command.v, command.w]
    self.plan = PlanKnots(plan, from: 1)
  }

  /// The same in a mirror, left for right.
  public var mirrored: Outlook {
    let flip = SIMD2<Float>(1, -1)
    var other = self
    other.way = way.map { $0 * flip }
    other.goal = goal * flip
    other.rays = rays.indices.map { rays[(rays.count - $0) % rays.count] }
    other.others = others.map { one in
      var one = one
      one.places = one.places.map { $0 * flip }
      return one
    }
    other.motion = motion * flip
    other.command = command * flip
    other.plan = plan.mirrored
    return other
  }

  // MARK: Others

  /// How much of each place is taken at each time: 1 or more where somebody touches the hull.
  private static func traffic(
    _ futures: [MoverFuture], on places: [Point], hull: Float
  ) -> [Float] {
    var taken = [Float](repeating: 0, count: times.count * places.count)
    for future in futures {
      for (i, time) in times.enumerated() {
        let h = step(time, of: future)
        let (x, y) = (future.x[h], future.y[h])
        let reach = 0.5 + future.spread[h]
        for (j, place) in places.enumerated() {
          let (dx, dy) = (place.x - x, place.y - y)
          let squared = dx * dx + dy * dy
          let far = future.radius + hull + reach
          if squared >= far * far { continue }
          let gap = squared.squareRoot() - future.radius - hull
          taken[i * places.count + j] += future.weight * min(1.5, 1 - gap / reach)
        }
      }
    }
    return taken
  }

  /// The movers that come nearest, each as the mean of its futures.
  private static func nearest(
    _ futures: [MoverFuture], to pose: Pose, _ eye: Eye
  ) -> [Other] {
    var found: [(gap: Float, other: Other)] = []
    var first = 0
    while first < futures.count {
      var end = first + 1
      while end < futures.count && futures[end].mover == futures[first].mover { end += 1 }
      let other = Other(futures[first..<end], eye)
      let gap = other.places.map { ($0 * $0).sum().squareRoot() }.min() ?? 0
      if gap < 8 { found.append((gap - other.radius, other)) }
      first = end
    }
    found.sort { $0.gap < $1.gap }
    return found.prefix(othersMax).map(\.other)
  }

  fileprivate static func step(_ time: Float, of future: MoverFuture) -> Int {
    min(future.x.count - 1, max(0, Int(time / Chassis.dt + 0.5) - 1))
  }
}

extension Outlook.Other {
  /// The futures of one mover as one.
  fileprivate init(_ futures: ArraySlice<MoverFuture>, _ eye: Eye) {
    let sum = max(1e-6, futures.reduce(0) { $0 + $1.weight })
    places = Outlook.instants.map { time in
      var mean = SIMD2<Float>(0, 0)
      for future in futures {
        let h = Outlook.step(time, of: future)
        mean += SIMD2(future.x[h], future.y[h]) * (future.weight / sum)
      }
      return eye.sees(mean.x, mean.y)
    }
    weight = min(1, sum)
    spread = futures.reduce(0) { $0 + ($1.spread.last ?? 0) * $1.weight } / sum
    radius = futures.first?.radius ?? 0
    isHidden = futures.first?.isHidden ?? false
  }
}

/// Where the robot is, for looking at things from there.
private struct Eye {
  let x: Float
  let y: Float
  let sine: Float
  let cosine: Float

  init(_ pose: Pose) {
    (x, y) = (pose.x, pose.y)
    (sine, cosine) = sineCosine(pose.heading)
  }

  /// A place of the map, seen from the robot.
  func sees(_ px: Float, _ py: Float) -> SIMD2<Float> {
    let (dx, dy) = (px - x, py - y)
    return [cosine * dx + sine * dy, cosine * dy - sine * dx]
  }
}
