// The planner in toy scenes.

import Basics
import Environments
import Planning
import Testing
import WorldModels

@Suite struct PlannerTests {
  /// Drives a nominal robot among movers that go straight, and says how near it came to what.
  static func drive(
    on site: Site, from start: Pose, to goal: Point, seconds: Float, seed: UInt64 = 1,
    mover: (_ time: Float) -> (x: Float, y: Float, vx: Float, vy: Float)?
  ) -> (arrived: Bool, room: Float, gap: Float, commands: [Float]) {
    let drive = Drive(Quirks())
    var state = DriveState(pose: start)
    var motion = FixedMotion.nominal
    motion.begin()
    var planner = PathIntegralPlanner()
    let route = Route(site: site, goal: goal, robotRadius: 0.35)
    var random = Random(seed: seed)
    var last: (v: Float, w: Float) = (0, 0)
    var (room, gap) = (Float.infinity, Float.infinity)
    var commands: [Float] = []
    for k in 0..<Int(seconds * 20) {
      let time = Float(k) * 0.05
      motion.observe(
        DriveReading(
          x: state.x, y: state.y, heading: state.heading, left: state.left, right: state.right,
          gyro: state.turnRate), after: last)
      var scene = Scene(route: route, robotRadius: 0.35, tolerance: 0.35)
      if let m = mover(time) {
        let ahead = (1...36).map { Float($0) * 0.05 }
        scene.movers = [
          MoverFuture(
            weight: 1, x: ahead.map { m.x + m.vx * $0 }, y: ahead.map { m.y + m.vy * $0 },
            spread: ahead.map { 0.05 + 0.1 * $0 }, radius: 0.3)
        ]
        let distance = Point(x: m.x, y: m.y).distance(to: Point(x: state.x, y: state.y))
        if state.speed > 0.05 { gap = min(gap, distance - 0.65) }
      }
      last = planner.decide(with: motion, in: scene, at: state.pose, random: &random)
      commands += [last.v, last.w]
      drive.advance(&state, v: last.v, w: last.w)
      room = min(room, site.clearance(state.x, state.y) - 0.35)
      if Point(x: state.x, y: state.y).distance(to: goal) < 0.35 {
        return (true, room, gap, commands)
      }
    }
    return (false, room, gap, commands)
  }

  @Test func goesAroundAWall() throws {
    let site = try Site(
      Layout(
        name: "wall", width: 12, height: 8,
        racks: [Rectangle(x: 5.5, y: 0.2, width: 0.6, height: 5)]))
    let run = Self.drive(
      on: site, from: Pose(x: 2, y: 2), to: Point(x: 10, y: 2), seconds: 25
    ) { _ in nil }
    #expect(run.arrived && run.room > 0)
  }

  @Test(arguments: [0.8, 1.2, 1.6] as [Float])
  func letsSomebodyCross(pace: Float) throws {
    let site = try Site(.yard)
    let run = Self.drive(
      on: site, from: Pose(x: 8, y: 15), to: Point(x: 20, y: 15), seconds: 25
    ) { time in (14, 20 - pace * time, 0, -pace) }
    #expect(run.arrived && run.gap > 0)
  }

  @Test func waitsWhereNothingIsAcceptable() throws {
    // Somebody stands right in front of the goal's only access and does not go.
    let site = try Site(
      Layout(
        name: "aisle", width: 12, height: 6,
        racks: [
          Rectangle(x: 4, y: 0.2, width: 6, height: 2.1),
          Rectangle(x: 4, y: 3.7, width: 6, height: 2.1),
        ]))
    let run = Self.drive(
      on: site, from: Pose(x: 2, y: 3), to: Point(x: 9, y: 3), seconds: 12
    ) { _ in (6.5, 3, 0, 0) }
    #expect(!run.arrived && run.gap > 0 && run.room > 0)
  }

  @Test func sameSeedSameBits() throws {
    let site = try Site(.yard)
    func run(_ seed: UInt64) -> [Float] {
      Self.drive(
        on: site, from: Pose(x: 8, y: 15), to: Point(x: 12, y: 17), seconds: 3, seed: seed
      ) { (12, 20 - $0, 0, -1) }.commands
    }
    #expect(run(5) == run(5) && run(5) != run(6))
  }

  @Test func aBudgetOfTimeIsKept() throws {
    let site = try Site(.yard)
    let route = Route(site: site, goal: Point(x: 20, y: 15), robotRadius: 0.35)
    var motion = FixedMotion.nominal
    motion.observe(
      DriveReading(x: 8, y: 15, heading: 0, left: 0, right: 0, gyro: 0), after: (0, 0))
    let ticks = Ticks()
    // A clock that moves on by a second whenever it is read leaves time for the first round only.
    let budget = Budget(rounds: 50, seconds: 0.5) { ticks.next() }
    var planner = PathIntegralPlanner()
    var random = Random(seed: 1)
    _ = planner.decide(
      with: motion, in: Scene(route: route, robotRadius: 0.35, tolerance: 0.35),
      at: Pose(x: 8, y: 15), budget: budget, random: &random)
    #expect(ticks.count == 2)
  }
}
