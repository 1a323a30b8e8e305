// Mover futures laid out for the inner loop.

import Environments
import WorldModels

/// The futures that matter for a plan, step by step in one array. It is filled anew at each decision
/// and keeps its memory.
struct CrowdTable: Sendable {
  /// One future at one step.
  struct Entry {
    var x: Float
    var y: Float
    /// Radius of the mover.
    var radius: Float
    /// Standard deviation of the position.
    var spread: Float
    /// How likely this future is.
    var weight: Float
    /// Whether the mover is as good as touching the robot now.
    var isClose: Bool
  }

  private(set) var entries: [Entry] = []
  private(set) var steps = 0
  /// Futures per step.
  private(set) var count = 0

  /// Lays out the futures that come within `reach` metres of a place.
  mutating func fill(_ futures: [MoverFuture], steps: Int, x: Float, y: Float, reach: Float) {
    self.steps = steps
    entries.removeAll(keepingCapacity: true)
    count = 0
    for future in futures where Self.matters(future, steps: steps, x: x, y: y, reach: reach) {
      count += 1
    }
    entries.reserveCapacity(count * steps)
    for h in 0..<steps {
      for future in futures where Self.matters(future, steps: steps, x: x, y: y, reach: reach) {
        let k = min(h, future.x.count - 1)
        let gap = Point(x: future.x[0], y: future.y[0]).distance(to: Point(x: x, y: y))
        entries.append(
          Entry(
            x: future.x[k], y: future.y[k], radius: future.radius, spread: future.spread[k],
            weight: future.weight, isClose: gap < future.radius + Warehouse.robotRadius + 0.03))
      }
    }
  }

  private static func matters(
    _ future: MoverFuture, steps: Int, x: Float, y: Float, reach: Float
  ) -> Bool {
    guard future.weight > 0, !future.x.isEmpty else { return false }
    var least = Float.infinity
    for k in stride(from: 0, to: min(steps, future.x.count), by: 4) {
      let dx = future.x[k] - x
      let dy = future.y[k] - y
      least = min(least, dx * dx + dy * dy)
    }
    return least < reach * reach
  }
}
