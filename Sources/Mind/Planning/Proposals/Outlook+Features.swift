// An outlook as a row of a network.

extension Outlook {
  /// Floats of a row.
  public static let count =
    distances.count * 3 + 3 + rayCount + times.count * distances.count
    + othersMax * floatsOfOther + 4 + 1 + PlanKnots.floats

  private static let floatsOfOther = 2 * instants.count + 5

  /// Where the last plan begins in a row: whether there is one, and its knots.
  private static let planStart = count - 1 - PlanKnots.floats

  /// Appends a row.
  ///
  /// - Parameter knowsPlan: whether the row says what the robot was about to do. A network that always
  ///   sees that learns to go on with it, and little else.
  public func append(to rows: inout [Float], knowsPlan: Bool = true) {
    let start = rows.count
    rows.reserveCapacity(start + Self.count)
    for (place, room) in zip(way, room) {
      rows += [place.x / 2, place.y / 2, min(1, max(-0.2, room))]
    }
    let reach = max(1, (goal * goal).sum().squareRoot() / 3)
    rows += [min(toGo, 6) / 3, goal.x / 3 / reach, goal.y / 3 / reach]
    for ray in rays { rows.append(ray / 2) }
    for value in traffic { rows.append(min(2, value)) }
    for other in others {
      for place in other.places { rows += [place.x / 3, place.y / 3] }
      rows += [1, other.weight, other.spread, other.radius, other.isHidden ? 1 : 0]
    }
    let missing = (Self.othersMax - others.count) * Self.floatsOfOther
    for _ in 0..<missing { rows.append(0) }
    rows += [motion.x, motion.y, command.x, command.y]
    rows.append(knowsPlan ? 1 : 0)
    rows += knowsPlan ? plan.numbers : [Float](repeating: 0, count: PlanKnots.floats)
    precondition(
      rows.count == start + Self.count, "a row of \(rows.count - start) floats, not \(Self.count)")
  }

  /// Takes the last plan out of rows of `count` floats.
  public static func forgetPlans(
    _ rows: inout [Float], where isForgotten: (_ row: Int) -> Bool
  ) {
    for row in 0..<rows.count / count where isForgotten(row) {
      for i in row * count + planStart..<(row + 1) * count { rows[i] = 0 }
    }
  }
}
