// The oracle of movers: knows where they will go.

public import Environments
public import WorldModels

/// A mover model that is told the future: of everybody, or of those in sight. Only for tables that
/// ask what better forecasts could gain.
public struct TrueMovers: MoverModel, TruthSeer {
  /// Whether those out of sight are known as well.
  public let knowsHidden: Bool
  private var truth: Truth?

  /// A model that has yet to see the truth.
  public init(knowsHidden: Bool) { self.knowsHidden = knowsHidden }

  public mutating func begin(_ mission: Mission) { truth = nil }

  public mutating func see(_ truth: Truth) { self.truth = truth }

  public mutating func observe(_ observation: Span<Float>, spec: EnvironmentSpec) {}

  /// What movers will really do if the robot goes on as it goes.
  public func forecast(steps: Int) -> [MoverFuture] {
    guard let truth else { return [] }
    let ahead = truth.moversAhead(steps: steps)
    return truth.movers.indices.compactMap { i in
      let mover = truth.movers[i]
      guard knowsHidden || mover.visible else { return nil }
      return MoverFuture(
        mover: i, weight: 1, x: ahead.map { $0[i].x }, y: ahead.map { $0[i].y },
        spread: [Float](repeating: 0, count: steps), radius: mover.radius,
        isHidden: !mover.visible)
    }
  }
}
