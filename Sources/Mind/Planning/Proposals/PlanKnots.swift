// A plan in few numbers.

/// A plan's commands at a few evenly spaced times, straight lines in between: what a network says and
/// learns. The planner's noise has the same form.
public struct PlanKnots: Sendable, Hashable {
  /// Commands of a plan that are kept.
  static let count = 7
  /// Floats of a plan.
  public static let floats = 2 * count
  /// The speed and the turn rate that are said as 1.
  static let scale = SIMD2<Float>(1, 1.2)

  /// Forward speeds and turn rates in units of `scale`. `[count]`
  var values: [SIMD2<Float>]

  /// The knots of a plan whose first commands have been given.
  public init(_ plan: Plan, from start: Int = 0) {
    let last = plan.v.count - 1
    values = (0..<Self.count).map { k in
      let h = min(last, start + Int((Float(k * last) / Float(Self.count - 1)).rounded()))
      return SIMD2(plan.v[h], plan.w[h]) / Self.scale
    }
  }

  /// The knots that a network said.
  init(_ said: ArraySlice<Float>) {
    let first = said.startIndex
    values = (0..<Self.count).map { SIMD2(said[first + 2 * $0], said[first + 2 * $0 + 1]) }
  }

  /// All numbers, knot after knot.
  public var numbers: [Float] { values.flatMap { [$0.x, $0.y] } }

  /// The same in a mirror, left for right.
  public var mirrored: PlanKnots {
    var other = self
    other.values = values.map { $0 * [1, -1] }
    return other
  }

  /// The commands, step by step, within what a robot can be told.
  func plan(steps: Int, speedMax: Float) -> Plan {
    var plan = Plan(steps: steps)
    for h in 0..<steps {
      let at = Float(h * (Self.count - 1)) / Float(max(1, steps - 1))
      let k = min(Self.count - 2, Int(at))
      let t = at - Float(k)
      let command = (values[k] + (values[k + 1] - values[k]) * t) * Self.scale
      plan.v[h] = min(speedMax, max(-0.5, command.x))
      plan.w[h] = min(2, max(-2, command.y))
    }
    return plan
  }
}
