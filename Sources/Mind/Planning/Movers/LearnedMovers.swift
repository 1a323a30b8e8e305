// Learned forecasts of those who are seen, and of those who may be behind the next corner.

import Basics
public import Environments
import Tensors
public import WorldModels

/// Follows movers and forecasts each as a mixture of learned paths; adds, at every blind corner near
/// the robot, somebody who may step out, with the learned probability.
public struct LearnedMovers: MoverModel {
  /// How those who are seen go on.
  public let network: MoverNetwork
  /// Who steps out from behind corners; nothing is expected there where this is missing.
  public let emergence: EmergenceNetwork?
  /// Who is followed.
  public var tracks: [Track] { surroundings?.tracker.tracks ?? [] }
  private var surroundings: Surroundings?
  private var dt: Float = 0.05

  /// Somebody steps out at most this often to be worth a thought.
  static let chanceMin: Float = 0.01
  /// How far behind a corner whoever steps out may be now, m.
  static let depths: [Float] = [0.5, 1.7]

  /// A belief that has seen nobody.
  public init(_ network: MoverNetwork, emergence: EmergenceNetwork?) {
    self.network = network
    self.emergence = emergence
  }

  public mutating func begin(_ mission: Mission) { surroundings = Surroundings(mission) }

  public mutating func observe(_ observation: Span<Float>, spec: EnvironmentSpec) {
    surroundings?.observe(observation, spec: spec)
    dt = spec.dt
  }

  public func forecast(steps: Int) -> [MoverFuture] {
    guard let surroundings else { return [] }
    return visible(surroundings, steps: steps) + hidden(surroundings, steps: steps)
  }

  /// The futures of those who are followed.
  private func visible(_ surroundings: Surroundings, steps: Int) -> [MoverFuture] {
    let tracks = surroundings.tracker.tracks
    guard !tracks.isEmpty else { return [] }
    let frames = tracks.map(MoverFrame.init)
    var rows: [Float] = []
    rows.reserveCapacity(frames.count * MoverFeatures.count)
    for (track, frame) in zip(tracks, frames) { surroundings.append(track, in: frame, to: &rows) }
    let mixture = network(Tensor(rows, shape: [frames.count, MoverFeatures.count]))
    let parts = MixtureArrays(mixture)
    var futures: [MoverFuture] = []
    for (i, track) in tracks.enumerated() {
      for mode in 0..<MoverNetwork.modes {
        futures.append(
          parts.future(of: track, in: frames[i], row: i, mode: mode, steps: steps, dt: dt))
      }
    }
    return futures
  }

  /// Those who may step out from behind corners.
  private func hidden(_ surroundings: Surroundings, steps: Int) -> [MoverFuture] {
    let hiding = surroundings.hiding
    guard let emergence, !hiding.isEmpty else { return [] }
    var rows: [Float] = []
    for (corner, unseen) in hiding { surroundings.append(corner, unseen: unseen, to: &rows) }
    let odds = emergence.logits(Tensor(rows, shape: [hiding.count, EmergenceNetwork.inputs]))
      .sigmoid().scalars
    let manner = emergence.emergence
    var futures: [MoverFuture] = []
    for (i, (corner, _)) in hiding.enumerated() where odds[i] > Self.chanceMin {
      for depth in Self.depths {
        let start = corner.spot(back: depth, aside: manner.aside)
        let pace = corner.emergence * (manner.speed * dt)
        let grow = manner.speedSpread * dt
        futures.append(
          MoverFuture(
            mover: -1 - i, weight: odds[i] / Float(Self.depths.count),
            x: (1...steps).map { start.x + pace.x * Float($0) },
            y: (1...steps).map { start.y + pace.y * Float($0) },
            spread: (1...steps).map { min(manner.asideSpread, 0.4) + grow * Float($0) * 0.5 },
            radius: 0.3, isHidden: true))
      }
    }
    return futures
  }
}

/// The numbers of a mixture, taken out of their tensors once.
private struct MixtureArrays {
  let weights: [Float]
  let along: [Float]
  let aside: [Float]
  let logSpread: [Float]

  init(_ mixture: MoverNetwork.Mixture) {
    weights = mixture.logWeights.exp().scalars
    along = mixture.along.scalars
    aside = mixture.aside.scalars
    logSpread = mixture.logSpread.scalars
  }

  /// A mode as a path: straight lines between the knots, on top of going straight on.
  func future(
    of track: Track, in frame: MoverFrame, row: Int, mode: Int, steps: Int, dt: Float
  ) -> MoverFuture {
    let knots = MoverNetwork.knots
    let base = (row * MoverNetwork.modes + mode) * knots.count
    var x = [Float](repeating: 0, count: steps)
    var y = x
    var spread = x
    var knot = 0
    for step in 0..<steps {
      let time = Float(step + 1) * dt
      while knot + 1 < knots.count && time > knots[knot] { knot += 1 }
      let before = knot == 0 ? 0 : knots[knot - 1]
      let share = (time - before) / (knots[knot] - before)
      func between(_ values: [Float], from start: Float) -> Float {
        let low = knot == 0 ? start : values[base + knot - 1]
        return low + (values[base + knot] - low) * share
      }
      let offset = frame.global([between(along, from: 0), between(aside, from: 0)])
      x[step] = track.x + track.vx * time + offset.x
      y[step] = track.y + track.vy * time + offset.y
      spread[step] = exponential(between(logSpread, from: -3))
    }
    return MoverFuture(
      mover: track.id, weight: weights[row * MoverNetwork.modes + mode], x: x, y: y,
      spread: spread, radius: track.radius)
  }
}
