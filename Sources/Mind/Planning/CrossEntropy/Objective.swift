// What can be seen ahead from one moment.

public import Environments

/// A view of the future from one moment: what plans would cost. A learned model imagines them, a
/// simulator tries them in copies of itself; the planner neither knows nor cares.
public protocol Objective {
  /// Writes the cost of each plan; one that is not a number is the last to be chosen.
  ///
  /// - Parameters:
  ///   - plans: `[count, steps, spec.actions.count]`.
  ///   - costs: `[count]`.
  func weigh(_ plans: Span<Float>, costs: inout MutableSpan<Float>)
}

/// The objective of somebody who has the world itself: a ceiling, not a method.
public struct SimulatedObjective<World: Environment>: Objective {
  private let world: World
  private let discount: Float

  /// What lies ahead of this world as it is now; a later reward counts a little less.
  public init(_ world: World, discount: Float = 0.97) {
    self.world = world
    self.discount = discount
  }

  /// The discounted rewards of each plan, with the other sign.
  public func weigh(_ plans: Span<Float>, costs: inout MutableSpan<Float>) {
    let width = world.spec.actions.count
    let steps = plans.count / max(1, costs.count * width)
    var observation = [Float](repeating: 0, count: world.spec.observationCount)
    for plan in costs.indices {
      var world = world
      var (cost, share): (Float, Float) = (0, 1)
      for step in 0..<steps {
        let start = (plan * steps + step) * width
        var seen = observation.mutableSpan
        let transition = world.step(
          plans.extracting(start..<start + width), observation: &seen)
        cost -= share * transition.reward
        share *= discount
        if !transition.goesOn { break }
      }
      costs[plan] = cost
    }
  }
}
