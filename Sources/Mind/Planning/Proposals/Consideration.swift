// What came of looking at a few plans, before any search.

/// What the best of a few plans costs, and what the others tell of how much more there may be to gain.
public struct Consideration: Sendable, Hashable {
  /// What the best of them costs.
  public var cost: Float = 0
  /// The part of that which is danger.
  public var danger: Float = 0
  /// How much more the last plan costs, gone on with.
  public var lastPlan: Float = 0
  /// How much more a stop costs.
  public var stop: Float = 0
  /// How much more the best plan that nobody proposed costs.
  public var unproposed: Float = 0
  /// How much more the third best plan costs.
  public var third: Float = 0

  /// Floats of a row.
  static let count = 6

  /// Appends its floats to a row.
  public func append(to row: inout [Float]) {
    row += [
      max(-2, min(2, cost / 4)), min(2, danger), min(2, lastPlan), min(2, stop / 4),
      min(2, unproposed), min(2, 4 * third),
    ]
  }
}
