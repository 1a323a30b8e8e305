// Who is who from one detection to the next.

import Basics
public import Environments

/// Follows movers through detections that carry no identity.
///
/// Each step: predict all tracks, pair tracks and detections greedily by Mahalanobis distance, correct
/// the paired ones, begin a track for every detection left over. A track that nobody sees coasts
/// while it may be hidden, and ends where it ought to be seen and is not.
public struct MoverTracker: Sendable {
  /// All tracks, by age.
  public private(set) var tracks: [Track] = []
  /// Where the robot was at the last observation.
  public private(set) var pose = Pose(x: 0, y: 0)
  private var nextID = 0
  private var site: Site?
  private var detections: [Detection] = []

  /// Squared Mahalanobis distance beyond which a pair is no pair: 99.9 % of two degrees of freedom.
  private static let gate: Float = 13.8
  /// Seconds that a track coasts in hiding, and in plain sight.
  private static let hiddenMax: Float = 2.5
  private static let missingMax: Float = 0.25
  /// How far movers are detected, m.
  private static let sight: Float = 12

  /// A tracker that has seen nobody.
  public init() {}

  /// Forgets all tracks.
  public mutating func begin(_ mission: Mission) {
    self = MoverTracker()
    site = mission.site
  }

  /// Takes in a whole observation with "pose" and "movers".
  public mutating func observe(_ observation: Span<Float>, spec: EnvironmentSpec) {
    guard let place = spec.range(of: "pose"), let slots = spec.range(of: "movers") else {
      preconditionFailure("\(spec.name) has no \"pose\" or no \"movers\"")
    }
    let start = place.lowerBound
    pose = Pose(
      x: observation[start], y: observation[start + 1], heading: observation[start + 2])
    let (s, c) = sineCosine(pose.heading)
    detections.removeAll(keepingCapacity: true)
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 5)
    where observation[slot] > 0.5 {
      let ahead = observation[slot + 1]
      let aside = observation[slot + 2]
      // 3 cm of the detector, and the heading's 2 mrad at this distance.
      let swing = 4e-6 * (ahead * ahead + aside * aside)
      detections.append(
        Detection(
          x: pose.x + c * ahead - s * aside, y: pose.y + s * ahead + c * aside,
          radius: observation[slot + 3], kind: observation[slot + 4] > 0.5 ? 1 : 0,
          variance: 0.03 * 0.03 + swing))
    }
    update(dt: spec.dt)
  }

  private mutating func update(dt: Float) {
    for i in tracks.indices { tracks[i].predict(dt: dt) }
    var isTaken = [Bool](repeating: false, count: detections.count)
    var isSeen = [Bool](repeating: false, count: tracks.count)
    while let pair = nearestPair(isTaken, isSeen) {
      tracks[pair.track].correct(detections[pair.detection])
      isTaken[pair.detection] = true
      isSeen[pair.track] = true
    }
    for i in tracks.indices {
      if !isSeen[i], isBlocked(tracks[i]) { tracks[i].halt() }
      tracks[i].remember(isSeen: isSeen[i])
    }
    tracks = tracks.filter { !isOver($0) }
    for (detection, taken) in zip(detections, isTaken) where !taken {
      tracks.append(Track(id: nextID, detection: detection))
      nextID += 1
    }
  }

  private func nearestPair(_ isTaken: [Bool], _ isSeen: [Bool]) -> (track: Int, detection: Int)? {
    var best: (track: Int, detection: Int)?
    var least = Self.gate
    for (j, detection) in detections.enumerated() where !isTaken[j] {
      for (i, track) in tracks.enumerated() where !isSeen[i] && track.kind == detection.kind {
        let dx = detection.x - track.x
        let dy = detection.y - track.y
        let distance = (dx * dx + dy * dy) / (track.positionVariance + detection.variance)
        if distance < least {
          least = distance
          best = (i, j)
        }
      }
    }
    return best
  }

  /// Whether a track has coasted into what stands, which nobody does.
  private func isBlocked(_ track: Track) -> Bool {
    guard let site else { return false }
    return site.clearance(track.x, track.y) < track.radius
  }

  private func isOver(_ track: Track) -> Bool {
    if track.unseen == 0 { return false }
    if track.unseen > Self.hiddenMax { return true }
    let dx = track.x - pose.x
    let dy = track.y - pose.y
    let isNear = dx * dx + dy * dy < Self.sight * Self.sight
    let shouldSee = isNear && (site?.sees(pose.x, pose.y, track.x, track.y) ?? true)
    return shouldSee && track.unseen > Self.missingMax
  }
}
