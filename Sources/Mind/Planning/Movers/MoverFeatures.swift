// A followed mover as the mover network sees it.

import Basics
public import Environments

/// The frame of a mover: its place, and the direction in which it goes or went.
public struct MoverFrame: Sendable, Hashable {
  /// Where it is, m.
  public var origin: SIMD2<Float>
  /// The direction of its velocity; of where it came from where it stands; else along x.
  public var ahead: SIMD2<Float>

  /// The frame of a track.
  public init(_ track: Track) {
    origin = [track.x, track.y]
    let velocity = SIMD2(track.vx, track.vy)
    let speed = (velocity * velocity).sum().squareRoot()
    if speed > 0.15 {
      ahead = velocity / speed
      return
    }
    let past = track.history.first ?? Track.Past(x: track.x, y: track.y, vx: 0, vy: 0, isSeen: true)
    let way = origin - SIMD2(past.x, past.y)
    let length = (way * way).sum().squareRoot()
    ahead = length > 0.15 ? way / length : [1, 0]
  }

  /// A vector of the map in this frame.
  public func local(_ vector: SIMD2<Float>) -> SIMD2<Float> {
    [(vector * ahead).sum(), vector.y * ahead.x - vector.x * ahead.y]
  }

  /// A vector of this frame in the map.
  public func global(_ vector: SIMD2<Float>) -> SIMD2<Float> {
    [vector.x * ahead.x - vector.y * ahead.y, vector.x * ahead.y + vector.y * ahead.x]
  }
}

/// Rows of the mover network.
public enum MoverFeatures {
  /// Floats of a row.
  public static let count = 7 + 3 * pasts.count + places.count + 4
  /// Steps back at which the past is looked at.
  static let pasts = [5, 10, 15, 20, 25, 30, 38]
  /// Places in the mover's frame at which the map is looked at, m.
  static let places: [SIMD2<Float>] = [-1, 0.5, 1.5, 2.5, 3.5, 4.5, 6].flatMap { along in
    [-3, -1.5, 0, 1.5, 3].map { aside in SIMD2<Float>(along, aside) }
  }

  /// Appends the row of a track.
  public static func append(
    _ track: Track, in frame: MoverFrame, site: Site, robot: SIMD2<Float>,
    robotVelocity: SIMD2<Float>, to rows: inout [Float]
  ) {
    let speed = (track.vx * track.vx + track.vy * track.vy).squareRoot()
    rows += [
      speed, min(track.age, 3) / 3, track.unseen, Float(track.kind), track.radius,
      min(track.positionVariance.squareRoot() * 5, 3),
      min(track.velocityVariance.squareRoot() * 2, 3),
    ]
    for back in pasts {
      let index = track.history.count - 1 - back
      if index < 0 {
        rows += [0, 0, 0]
        continue
      }
      let past = track.history[index]
      let place = frame.local(SIMD2(past.x, past.y) - frame.origin)
      rows += [place.x, place.y, past.isSeen ? 1 : 0.5]
    }
    for place in places {
      let spot = frame.origin + frame.global(place)
      rows.append(min(site.clearance(spot.x, spot.y), 2))
    }
    let to = frame.local(robot - frame.origin)
    let going = frame.local(robotVelocity)
    rows += [
      max(-2, min(2, to.x / 4)), max(-2, min(2, to.y / 4)), going.x, going.y,
    ]
  }
}
