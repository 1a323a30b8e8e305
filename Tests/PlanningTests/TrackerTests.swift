// The tracker against a filter written out in matrices, and in awkward scenes.

import Basics
import Environments
import Planning
import Testing
import WorldModels

@Suite struct TrackerTests {
  static let world = Warehouse(.babbling())
  static var spec: EnvironmentSpec { world.spec }

  /// An observation of a robot in the middle of the yard, heading along x, with these detections.
  static func observation(_ movers: [(x: Float, y: Float, kind: Float)]) -> [Float] {
    var values = [Float](repeating: 0, count: spec.observationCount)
    values[0] = 15
    values[1] = 15
    for (i, mover) in movers.enumerated() {
      let at = 8 + 5 * i
      values[at] = 1
      values[at + 1] = mover.x - 15
      values[at + 2] = mover.y - 15
      values[at + 3] = mover.kind > 0.5 ? 0.6 : 0.3
      values[at + 4] = mover.kind
    }
    return values
  }

  /// x' = F x, P' = F P Fᵀ + Q, then the textbook's correction, in doubles.
  struct TextbookFilter {
    var x = [0.0, 0.0]
    var p = [[0.0, 0.0], [0.0, 0.0]]

    mutating func step(_ z: Double, noise: Double, dt: Double, q: Double) {
      x[0] += dt * x[1]
      let a = p[0][0] + dt * (p[0][1] + p[1][0]) + dt * dt * p[1][1] + q * dt * dt * dt / 3
      let b = p[0][1] + dt * p[1][1] + q * dt * dt / 2
      let c = p[1][1] + q * dt
      let s = a + noise
      let e = z - x[0]
      x = [x[0] + a / s * e, x[1] + b / s * e]
      p = [[a - a * a / s, b - a * b / s], [b - a * b / s, c - b * b / s]]
    }
  }

  @Test func theFilterIsTheTextbooks() {
    var tracker = MoverTracker()
    tracker.begin(Self.world.mission)
    var random = Random(seed: 4)
    var reference = TextbookFilter()
    for k in 0..<60 {
      let x = 17 + 0.05 * Float(k) + 0.03 * random.normal()
      tracker.observe(Self.observation([(x, 16, 0)]).span, spec: Self.spec)
      let dx = Double(x) - 15
      let noise = 0.0009 + 4e-6 * (dx * dx + 1)
      if k == 0 {
        reference.x = [Double(x), 0]
        reference.p = [[noise, 0], [0, Double(Track.velocityPrior)]]
      } else {
        reference.step(
          Double(x), noise: noise, dt: Double(Self.spec.dt), q: Double(Track.restlessness))
      }
    }
    let track = tracker.tracks[0]
    #expect(tracker.tracks.count == 1)
    #expect(abs(Double(track.x) - reference.x[0]) < 1e-3)
    #expect(abs(Double(track.vx) - reference.x[1]) < 1e-3)
    #expect(abs(Double(track.velocityVariance) - reference.p[1][1]) < 1e-4)
    #expect(abs(track.vx - 1) < 0.2 && track.history.count == Track.historyMax)
  }

  @Test func thoseWhoPassEachOtherKeepTheirNumbers() {
    var tracker = MoverTracker()
    tracker.begin(Self.world.mission)
    for k in 0..<80 {
      let t = 0.05 * Float(k)
      let movers: [(x: Float, y: Float, kind: Float)] = [
        (16 + t, 17, 0), (20 - t, 17.5, 0), (18, 19 - 0.5 * t, 1),
      ]
      // Nearest first or not: the order of slots says nothing.
      tracker.observe(
        Self.observation(k % 2 == 0 ? movers : movers.reversed()).span, spec: Self.spec)
    }
    let tracks = tracker.tracks.sorted { $0.id < $1.id }
    #expect(tracks.map(\.id) == [0, 1, 2])
    #expect(tracks[0].vx > 0.8 && tracks[1].vx < -0.8 && tracks[2].kind == 1)
  }

  @Test func whoeverOughtToBeSeenAndIsNotIsForgotten() {
    var tracker = MoverTracker()
    tracker.begin(Self.world.mission)
    for _ in 0..<10 {
      tracker.observe(Self.observation([(17, 15, 0)]).span, spec: Self.spec)
    }
    for k in 0..<10 {
      tracker.observe(Self.observation([]).span, spec: Self.spec)
      if k == 1 { #expect(tracker.tracks.count == 1 && tracker.tracks[0].unseen > 0.09) }
    }
    #expect(tracker.tracks.isEmpty)
  }

  @Test func forecastsAreStraightAndGrowDoubtful() {
    var movers = ConstantVelocityMovers()
    movers.begin(Self.world.mission)
    for k in 0..<40 {
      movers.observe(
        Self.observation([(17 + 0.04 * Float(k), 16, 0)]).span, spec: Self.spec)
    }
    let future = movers.forecast(steps: 20)[0]
    #expect(abs(future.x[19] - future.x[0] - 19 * 0.04) < 0.02 && abs(future.y[19] - 16) < 0.05)
    #expect(zip(future.spread, future.spread.dropFirst()).allSatisfy { $0 < $1 })
  }
}
