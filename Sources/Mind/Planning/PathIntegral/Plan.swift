// A sequence of commands that somebody means to give.

/// Commands for the steps ahead, and what is expected of them.
public struct Plan: Sendable, Hashable {
  /// Forward speed, m/s, `[H]`.
  public var v: [Float]
  /// Turn rate, rad/s, `[H]`.
  public var w: [Float]
  /// What it costs.
  public var cost: Float = 0
  /// The part of the cost that is danger.
  public var danger: Float = 0
  /// Whether it is nothing but a stop.
  public var isStop = false

  /// Standing still for some steps.
  public init(steps: Int) {
    v = [Float](repeating: 0, count: steps)
    w = v
  }

  /// One command over and over.
  static func arc(_ v: Float, _ w: Float, _ steps: Int) -> Plan {
    var plan = Plan(steps: steps)
    for h in 0..<steps {
      plan.v[h] = v
      plan.w[h] = w
    }
    return plan
  }

  /// Its first command.
  public var first: (v: Float, w: Float) { (v[0], w[0]) }

  /// Leaves out the first command and repeats the last.
  mutating func shift() {
    for h in 0..<v.count - 1 {
      v[h] = v[h + 1]
      w[h] = w[h + 1]
    }
  }

  /// The same way, slower.
  func scaled(_ factor: Float) -> Plan {
    var plan = self
    for h in v.indices {
      plan.v[h] *= factor
      plan.w[h] *= factor
    }
    return plan
  }
}
