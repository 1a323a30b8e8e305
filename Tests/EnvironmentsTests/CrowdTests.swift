// Movers among themselves: they keep apart, and move as bodies of their kind can.
import Basics
import Environments
import Testing

@Suite struct CrowdTests {
  /// Nobody is ever inside another, and nobody outruns their speed or their turn.
  @Test(arguments: WarehouseSettings.Scenario.allCases)
  func moversKeepApartAndToTheirLimits(scenario: WarehouseSettings.Scenario) {
    var settings = WarehouseSettings.missions(sites: 0..<4, scenario: scenario, lidar: false)
    settings.movers = 8
    settings.contactEnds = false
    settings.arrivalEnds = false
    for seed in UInt64(0)..<4 {
      var driven = Driven(Warehouse(settings), seed: seed)
      var random = Random(seed: seed, stream: 3)
      var before = driven.world.truth.movers
      var command: (Float, Float) = (0, 0)
      var (least, fastest, sharpest) = (Float.infinity, Float(0), Float(0))
      for step in 0..<800 {
        if step % 20 == 0 {
          command = (random.uniform(in: 0...1.2), random.uniform(in: -1...1))
        }
        let goesOn = driven.step(command.0, command.1).goesOn
        let movers = driven.world.truth.movers
        for (i, mover) in movers.enumerated() {
          let here = Point(x: mover.x, y: mover.y)
          for other in movers[..<i] {
            let gap = here.distance(to: Point(x: other.x, y: other.y))
            least = min(least, gap - mover.radius - other.radius)
          }
          let speed = (mover.vx * mover.vx + mover.vy * mover.vy).squareRoot()
          let turn = abs(wrappedAngle(mover.heading - before[i].heading)) / Drive.dt
          fastest = max(fastest, speed / (mover.kind == .person ? 1.6 : 2.2))
          sharpest = max(sharpest, turn / (mover.kind == .person ? 4 : 1.4))
        }
        before = movers
        if !goesOn { break }
      }
      #expect(least > 0, "seed \(seed): a gap of \(least) m")
      #expect(fastest < 1.001 && fastest > 0.3, "seed \(seed): \(fastest) of the top speed")
      #expect(sharpest < 1.001 && sharpest > 0.3, "seed \(seed): \(sharpest) of the top turn")
    }
  }

  /// Everybody gets somewhere: whoever has not moved a metre in forty seconds is stuck.
  @Test func nobodyIsStuckForGood() {
    var settings = WarehouseSettings.missions(sites: 0..<6, scenario: .ordinary, lidar: false)
    settings.movers = 8
    settings.contactEnds = false
    settings.arrivalEnds = false
    settings.timeMax = 60
    for seed in UInt64(0)..<6 {
      var driven = Driven(Warehouse(settings), seed: seed)
      let start = driven.world.truth.movers
      var reach = [Float](repeating: 0, count: start.count)
      for _ in 0..<800 {
        driven.step(0, 0)
        for (i, mover) in driven.world.truth.movers.enumerated() {
          let way = Point(x: mover.x, y: mover.y).distance(
            to: Point(x: start[i].x, y: start[i].y))
          reach[i] = max(reach[i], way)
        }
      }
      #expect(reach.allSatisfy { $0 > 1 }, "seed \(seed): \(reach)")
    }
  }
}
