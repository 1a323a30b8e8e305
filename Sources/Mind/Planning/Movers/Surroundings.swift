// What a robot knows of others, and how the networks of movers see it: alike in training and at work.

import Basics
public import Environments
public import WorldModels

/// Who is followed, which corners hide something, and the robot's own motion among them.
public struct Surroundings: Sendable {
  /// Who is followed.
  public private(set) var tracker = MoverTracker()
  /// The corners that hide something near the robot now.
  public var hiding: [(corner: BlindCorner, unseen: Float)] { watch.hiding }
  private let site: Site
  private var watch: CornerWatch
  private var robot = SIMD2<Float>(0, 0)
  private var velocity = SIMD2<Float>(0, 0)
  private var isFirst = true

  /// The share of a new reading in the robot's velocity.
  private static let freshness: Float = 0.3

  /// The surroundings of a robot that has seen nothing yet.
  public init(_ mission: Mission) {
    site = mission.site
    watch = CornerWatch(site: mission.site)
    tracker.begin(mission)
  }

  /// Takes in a whole observation with "pose" and "movers", laid out as `spec`.
  public mutating func observe(_ observation: Span<Float>, spec: EnvironmentSpec) {
    tracker.observe(observation, spec: spec)
    let place = SIMD2(tracker.pose.x, tracker.pose.y)
    if !isFirst { velocity += ((place - robot) / spec.dt - velocity) * Self.freshness }
    isFirst = false
    robot = place
    watch.observe(x: place.x, y: place.y, dt: spec.dt)
  }

  /// Appends a mover's row for the mover network.
  public func append(_ track: Track, in frame: MoverFrame, to rows: inout [Float]) {
    MoverFeatures.append(
      track, in: frame, site: site, robot: robot, robotVelocity: velocity, to: &rows)
  }

  /// Appends a corner's row for the emergence network.
  public func append(_ corner: BlindCorner, unseen: Float, to rows: inout [Float]) {
    let crowd = tracker.tracks.filter { track in
      let (dx, dy) = (track.x - corner.x, track.y - corner.y)
      return track.unseen > 0.2 && dx * dx + dy * dy < 36
    }
    EmergenceNetwork.append(
      corner, of: site, robot: robot, velocity: velocity, unseen: unseen, crowd: crowd.count,
      to: &rows)
  }
}
