// Simple plans that a driver would try first: along the route at a steady speed.

import Basics
import Environments
import WorldModels

/// Pure pursuit (Coulter, 1992) of the route, imagined on a robot that obeys at once.
struct PursuitArcs: Sendable {
  /// The line of descent from the robot, a point every 0.1 m.
  private(set) var line: [Point] = []

  /// Traces the route ahead of a place.
  mutating func trace(_ route: Route, from start: Point, metres: Float) {
    line.removeAll(keepingCapacity: true)
    let spacing: Float = 0.1
    var place = start
    line.append(place)
    for _ in 0..<Int(metres / spacing) {
      if place.distance(to: route.goal) < 2 * spacing {
        line.append(route.goal)
        return
      }
      let (dx, dy) = route.descent(place.x, place.y)
      let norm = (dx * dx + dy * dy).squareRoot()
      if norm < 1e-6 { return }
      place.x += spacing * dx / norm
      place.y += spacing * dy / norm
      line.append(place)
    }
  }

  /// Commands that follow the line at up to `pace` m/s from a pose.
  ///
  /// - Parameter write: takes the step, the speed and the turn rate.
  func follow(
    from pose: Pose, pace: Float, steps: Int, _ write: (Int, Float, Float) -> Void
  ) {
    var (x, y, heading) = (pose.x, pose.y, pose.heading)
    var nearest = 0
    for h in 0..<steps {
      nearest = advance(nearest, x, y)
      let ahead = line[min(line.count - 1, nearest + 4 + Int(pace * 4))]
      let (v, w) = Self.chase(ahead, x: x, y: y, heading: heading, pace: pace)
      write(h, v, w)
      let (s, c) = sineCosine(heading + 0.5 * w * Chassis.dt)
      x += v * c * Chassis.dt
      y += v * s * Chassis.dt
      heading += w * Chassis.dt
    }
  }

  private func advance(_ from: Int, _ x: Float, _ y: Float) -> Int {
    var i = from
    let here = Point(x: x, y: y)
    while i + 1 < line.count, line[i + 1].distance(to: here) < line[i].distance(to: here) {
      i += 1
    }
    return i
  }

  /// The command that drives an arc through a point: turning in place where it lies behind.
  static func chase(
    _ target: Point, x: Float, y: Float, heading: Float, pace: Float
  ) -> (v: Float, w: Float) {
    let dx = target.x - x
    let dy = target.y - y
    let distance = max(0.05, (dx * dx + dy * dy).squareRoot())
    let bearing = wrappedAngle(arcTangent(y: dy, x: dx) - heading)
    if abs(bearing) > 1 { return (0, max(-1.6, min(1.6, 2 * bearing))) }
    let curvature = 2 * sine(bearing) / distance
    let v = pace * max(0.25, 1 - abs(bearing))
    return (v, max(-2, min(2, v * curvature)))
  }
}
