// What the tests of this folder share: a world with its buffer, and commands to drive it by.
import Basics
import Environments

/// A world and what it last showed.
struct Driven<World: Environment> {
  var world: World
  var observation: [Float]

  init(_ world: World, seed: UInt64) {
    var observation = [Float](repeating: 0, count: world.spec.observationCount)
    var world = world
    var span = observation.mutableSpan
    world.reset(seed: seed, observation: &span)
    self.world = world
    self.observation = observation
  }

  @discardableResult
  mutating func step(_ action: Float...) -> Transition {
    var seen = observation
    var span = seen.mutableSpan
    let transition = world.step(action.span, observation: &span)
    observation = seen
    return transition
  }
}

extension Driven<Warehouse> {
  /// What a modality shows.
  func shows(_ modality: String) -> [Float] {
    world.spec.range(of: modality).map { Array(observation[$0]) } ?? []
  }

  /// Drives along the shortest route, taking no notice of anybody.
  mutating func follow(_ route: [Point], at speed: Float) -> Transition {
    let pose = world.truth.pose
    let here = Point(x: pose.x, y: pose.y)
    // The first corner that has not been passed, and a point of the route half a metre ahead.
    var target = route[route.count - 1]
    var least = Float.infinity
    for (a, b) in zip(route, route.dropFirst()) {
      let length = max(1e-3, a.distance(to: b))
      let along = ((here.x - a.x) * (b.x - a.x) + (here.y - a.y) * (b.y - a.y)) / length
      func place(_ s: Float) -> Point {
        let t = min(1, max(0, s / length))
        return Point(x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y))
      }
      let gap = place(along).distance(to: here)
      if gap <= least { (least, target) = (gap, place(along + 0.5)) }
    }
    let error = wrappedAngle(
      arcTangent(y: target.y - here.y, x: target.x - here.x) - pose.heading)
    return step(speed * max(0, 1 - 1.5 * abs(error)), 2.5 * error)
  }
}
