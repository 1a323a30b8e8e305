// The classical forecast: everybody goes on as they go.

public import Environments
public import WorldModels

/// Constant-velocity Kalman forecasts of everybody who is followed.
public struct ConstantVelocityMovers: MoverModel {
  /// Who is followed.
  public private(set) var tracker = MoverTracker()
  private var site: Site?

  /// A model that has seen nobody.
  public init() {}

  public mutating func begin(_ mission: Mission) {
    tracker.begin(mission)
    site = mission.site
  }

  public mutating func observe(_ observation: Span<Float>, spec: EnvironmentSpec) {
    tracker.observe(observation, spec: spec)
  }

  public func forecast(steps: Int) -> [MoverFuture] {
    tracker.tracks.map { forecast($0, steps: steps) }
  }

  /// A straight line at constant speed, up to what stands in its way; the spread is the filter's.
  private func forecast(_ track: Track, steps: Int) -> MoverFuture {
    let dt = Chassis.dt
    var future = MoverFuture(
      mover: track.id, weight: 1, x: [Float](repeating: track.x, count: steps),
      y: [Float](repeating: track.y, count: steps),
      spread: [Float](repeating: 0, count: steps), radius: track.radius)
    var (x, y) = (track.x, track.y)
    let q = Track.restlessness
    for h in 0..<steps {
      let (nx, ny) = (x + track.vx * dt, y + track.vy * dt)
      if (site?.clearance(nx, ny) ?? .infinity) > 0.8 * track.radius { (x, y) = (nx, ny) }
      future.x[h] = x
      future.y[h] = y
      let t = Float(h + 1) * dt
      let variance =
        track.positionVariance + 2 * t * track.crossVariance + t * t * track.velocityVariance
        + q * t * t * t / 3
      future.spread[h] = variance.squareRoot()
    }
    return future
  }
}
