// How far a robot may go before it meets something, by its lidar or by its map.
import Basics
import Environments

/// Measures the free space about a robot.
struct FreeSpace: Sendable {
  private let lidar: Range<Int>?
  private let pose: Range<Int>?
  private let site: Site?
  private let directions: [SIMD2<Float>]

  init(spec: EnvironmentSpec, site: Site?) {
    lidar = spec.range(of: "lidar")
    pose = spec.range(of: "pose")
    self.site = site
    let count = lidar?.count ?? 32
    directions = (0..<count).map { i in
      let (s, c) = sineCosine(2 * .pi * Float(i) / Float(count))
      return [c, s]
    }
  }

  /// What is free around the robot that sees `observation`.
  func view(_ observation: Span<Float>) -> View {
    var view = View()
    if let lidar {
      for i in 0..<directions.count {
        view.add(directions[i], range: observation[lidar.lowerBound + i])
      }
    } else if let pose, let site {
      let (x, y) = (observation[pose.lowerBound], observation[pose.lowerBound + 1])
      // Far from all that stands, there is nothing to look for.
      guard site.clearance(x, y) < View.horizon else { return view }
      let (s, c) = sineCosine(observation[pose.lowerBound + 2])
      for direction in directions {
        let range = site.raycast(
          x, y, cosine: c * direction.x - s * direction.y,
          sine: s * direction.x + c * direction.y, max: View.horizon)
        view.add(direction, range: range)
      }
    }
    return view
  }

  /// What is free around a robot.
  struct View {
    /// Nothing farther away matters, metres.
    static let horizon: Float = 4

    private var ahead = horizon
    private var behind = horizon
    private var left: Float = 0
    private var right: Float = 0

    /// Whether there is more room to the left than to the right.
    var isFreerLeft: Bool { left > right }

    /// Metres that the robot's front, or its back, may go.
    func reach(backward: Bool) -> Float { backward ? behind : ahead }

    /// Takes a range seen in a direction of the body frame.
    mutating func add(_ direction: SIMD2<Float>, range: Float) {
      let point = direction * range
      if direction.y > 0 { left += min(range, Self.horizon) }
      if direction.y < 0 { right += min(range, Self.horizon) }
      guard abs(point.y) < Warehouse.robotRadius + 0.25 else { return }
      let reach = abs(point.x) - Warehouse.robotRadius
      if direction.x > 0 { ahead = min(ahead, reach) } else { behind = min(behind, reach) }
    }
  }
}
