// Follow the route, and stop for whoever is in the way: no forecast, no model.

public import Basics
public import Environments

/// Pure pursuit of the route (Coulter, 1992) at the highest speed whose protective field is clear of
/// everybody seen, with some room to spare.
public struct PurePursuit: Policy {
  private let route: Route
  private let pose: Range<Int>
  private let movers: Range<Int>
  private var arcs = PursuitArcs()

  /// The fastest it drives, m/s, and what it adds to the protective field, m.
  private static let pace: Float = 1.2
  private static let margin: Float = 0.3

  /// A driver for a mission.
  public init(_ mission: Mission, spec: EnvironmentSpec) {
    guard let pose = spec.range(of: "pose"), let movers = spec.range(of: "movers") else {
      preconditionFailure("\(spec.name) has no \"pose\" or no \"movers\"")
    }
    self.pose = pose
    self.movers = movers
    route = Route(mission)
  }

  public var thought: Thought? { nil }

  public mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>
  ) {
    let (x, y) = (observation[pose.lowerBound], observation[pose.lowerBound + 1])
    let heading = observation[pose.lowerBound + 2]
    arcs.trace(route, from: Point(x: x, y: y), metres: 2)
    let here = Pose(x: x, y: y, heading: heading)
    var pace = Self.pace
    while pace > 0.05, isBlocked(observation, at: pace) { pace -= 0.1 }
    var command: (v: Float, w: Float) = (0, 0)
    arcs.follow(from: here, pace: max(pace, 0.3), steps: 1) { _, v, w in command = (v, w) }
    action[0] = pace > 0.05 ? min(command.v, pace) : 0
    action[1] = pace > 0.05 || command.v == 0 ? command.w : 0
  }

  private func isBlocked(_ observation: Span<Float>, at speed: Float) -> Bool {
    for slot in stride(from: movers.lowerBound, to: movers.upperBound, by: 5)
    where observation[slot] > 0.5 {
      if ProtectiveField.contains(
        ahead: observation[slot + 1], aside: observation[slot + 2],
        radius: observation[slot + 3], length: ProtectiveField.length(at: speed) + Self.margin)
      {
        return true
      }
    }
    return false
  }
}
