// What to do when somebody stands in the way and does not go.

import Environments
import WorldModels

/// Notices that the robot has been standing, and then takes those who stand before it for part of the
/// building, for a while: a plan of two seconds does not find its way around them by itself.
struct Detour: Sendable {
  private let mission: Mission
  private let route: Route
  private var detour: Route?
  private var anchor: Point
  private var waited: Float = 0
  private var left: Float = 0

  /// Standing: less than this, m, in `patience` seconds.
  private static let stride: Float = 0.25
  private static let patience: Float = 2.5
  /// Seconds that a detour is followed.
  private static let length: Float = 6
  /// Who is nearer than this, m, and moves less than `still`, m, in the forecast, stands in the way.
  private static let reach: Float = 4
  private static let still: Float = 0.6

  init(_ mission: Mission) {
    self.mission = mission
    route = Route(mission)
    anchor = Point(x: mission.start.x, y: mission.start.y)
  }

  /// The route to follow now.
  mutating func route(at here: Point, among movers: [MoverFuture]) -> Route {
    if here.distance(to: anchor) > Self.stride {
      anchor = here
      waited = 0
    }
    waited += Chassis.dt
    left -= Chassis.dt
    if waited > Self.patience {
      waited = 0
      let obstacles = movers.filter { stands($0, near: here) }.map {
        Route.Obstacle(Point(x: $0.x[0], y: $0.y[0]), radius: $0.radius + 0.1)
      }
      detour = obstacles.isEmpty ? nil : Route(mission, around: obstacles)
      left = Self.length
    }
    if left <= 0 { detour = nil }
    return detour ?? route
  }

  private func stands(_ future: MoverFuture, near here: Point) -> Bool {
    guard !future.isHidden, let endX = future.x.last, let endY = future.y.last else { return false }
    let start = Point(x: future.x[0], y: future.y[0])
    return start.distance(to: here) < Self.reach
      && start.distance(to: Point(x: endX, y: endY)) < Self.still
  }
}
