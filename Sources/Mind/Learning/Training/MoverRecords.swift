// What a robot saw of others: how those it followed went on, and who stepped out from behind corners.

import Basics
public import Environments
import Planning
import Tensors
import WorldModels

/// Rows for the two networks of movers, taken from what the robot itself detected: a mover's future
/// counts only where it was seen again, and somebody has stepped out when somebody new is seen.
public struct MoverRecords: Sendable {
  /// Rows of the mover network. `[N, MoverFeatures.count]`
  public private(set) var rows: [Float] = []
  /// Offsets from going straight on at the knots, in the mover's frame. `[N, J]`
  public private(set) var along: [Float] = []
  /// To the left of it. `[N, J]`
  public private(set) var aside: [Float] = []
  /// 1 where it was seen at a knot. `[N, J]`
  public private(set) var seen: [Float] = []
  /// Rows of the emergence network. `[C, EmergenceNetwork.inputs]`
  public private(set) var corners: [Float] = []
  /// 1 where somebody came. `[C]`
  public private(set) var came: [Float] = []
  /// Distance from the rack's face of those who came, m. `[C]`
  public private(set) var cameAside: [Float] = []
  /// Their speed along the emergence, m/s. `[C]`
  public private(set) var cameSpeed: [Float] = []

  /// Steps between two rows of the same mover or corner.
  private static let stride = 5

  /// No rows yet.
  public init() {}

  /// Rows of the mover network.
  public var moverCount: Int { rows.count / MoverFeatures.count }
  /// Rows of the emergence network.
  public var cornerCount: Int { came.count }

  /// Adds the rows of other records, in order.
  public mutating func append(_ other: MoverRecords) {
    rows += other.rows
    along += other.along
    aside += other.aside
    seen += other.seen
    corners += other.corners
    came += other.came
    cameAside += other.cameAside
    cameSpeed += other.cameSpeed
  }

  /// Adds what was seen in an episode.
  ///
  /// - Parameters:
  ///   - poses: the observation's "pose", step after step. `[T, 3]`
  ///   - movers: the observation's "movers", step after step. `[T, slots, 5]`
  public mutating func append(
    poses: [Float], movers: [Float], spec: EnvironmentSpec, mission: Mission
  ) {
    guard let place = spec.range(of: "pose"), let slots = spec.range(of: "movers") else {
      preconditionFailure("\(spec.name) has no \"pose\" or no \"movers\"")
    }
    let steps = poses.count / 3
    var follower = Follower(mission: mission)
    var observation = [Float](repeating: 0, count: spec.observationCount)
    for t in 0..<steps {
      for i in 0..<3 { observation[place.lowerBound + i] = poses[3 * t + i] }
      for i in 0..<slots.count { observation[slots.lowerBound + i] = movers[slots.count * t + i] }
      follower.observe(observation.span, spec: spec, step: t, keeps: t % Self.stride == 0)
    }
    let dt = spec.dt
    for moment in follower.moments { append(moment, sightings: follower.sightings, dt: dt) }
    for moment in follower.cornerMoments where moment.step + 40 < steps {
      append(moment, births: follower.births, sightings: follower.sightings)
    }
  }

  private mutating func append(
    _ moment: Follower.Moment, sightings: [Int: [Int: SIMD2<Float>]], dt: Float
  ) {
    let path = sightings[moment.track] ?? [:]
    var (a, s, k): ([Float], [Float], [Float]) = ([], [], [])
    for knot in MoverNetwork.knots {
      let later = moment.step + Int((knot / dt).rounded())
      if let place = path[later] {
        let offset = moment.frame.local(place - moment.frame.origin - moment.velocity * knot)
        a.append(offset.x)
        s.append(offset.y)
        k.append(1)
      } else {
        a.append(0)
        s.append(0)
        k.append(0)
      }
    }
    if !k.contains(1) { return }
    rows += moment.row
    along += a
    aside += s
    seen += k
  }

  private mutating func append(
    _ moment: Follower.CornerMoment, births: [Follower.Birth],
    sightings: [Int: [Int: SIMD2<Float>]]
  ) {
    var found: (aside: Float, speed: Float)?
    for birth in births where birth.step > moment.step && birth.step <= moment.step + 40 {
      let corner = SIMD2(moment.corner.x, moment.corner.y)
      let place = moment.corner.local(birth.place - corner)
      guard place.x > -1.2 && place.x < 1.2 && place.y > 0 && place.y < 2.6,
        let later = sightings[birth.track]?[birth.step + 10]
      else { continue }
      let speed = moment.corner.local(later - birth.place).x * 2
      if speed > 0.2 {
        found = (place.y, speed)
        break
      }
    }
    corners += moment.row
    came.append(found == nil ? 0 : 1)
    cameAside.append(found?.aside ?? 1)
    cameSpeed.append(found?.speed ?? 1)
  }
}

/// Runs the tracker through an episode and writes down the moments to learn from.
private struct Follower {
  struct Moment {
    var track: Int
    var step: Int
    var frame: MoverFrame
    var velocity: SIMD2<Float>
    var row: [Float]
  }
  struct CornerMoment {
    var step: Int
    var corner: BlindCorner
    var row: [Float]
  }
  struct Birth {
    var track: Int
    var step: Int
    var place: SIMD2<Float>
  }

  var moments: [Moment] = []
  var cornerMoments: [CornerMoment] = []
  var births: [Birth] = []
  /// Where each track was seen, by step.
  var sightings: [Int: [Int: SIMD2<Float>]] = [:]
  private var surroundings: Surroundings

  init(mission: Mission) { surroundings = Surroundings(mission) }

  mutating func observe(
    _ observation: Span<Float>, spec: EnvironmentSpec, step: Int, keeps: Bool
  ) {
    surroundings.observe(observation, spec: spec)
    for track in surroundings.tracker.tracks where track.unseen == 0 {
      if sightings[track.id] == nil {
        sightings[track.id] = [:]
        births.append(Birth(track: track.id, step: step, place: [track.x, track.y]))
      }
      sightings[track.id]?[step] = [track.x, track.y]
    }
    if keeps { remember(step) }
  }

  private mutating func remember(_ step: Int) {
    for track in surroundings.tracker.tracks where track.age > 0.2 {
      let frame = MoverFrame(track)
      var row: [Float] = []
      surroundings.append(track, in: frame, to: &row)
      moments.append(
        Moment(
          track: track.id, step: step, frame: frame, velocity: [track.vx, track.vy], row: row))
    }
    for (corner, unseen) in surroundings.hiding {
      var row: [Float] = []
      surroundings.append(corner, unseen: unseen, to: &row)
      cornerMoments.append(CornerMoment(step: step, corner: corner, row: row))
    }
  }
}
