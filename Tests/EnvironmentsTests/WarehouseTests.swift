// The warehouse: what is seen is so, what happens is judged rightly, and the bits never change.
import Basics
import Environments
import Testing

@Suite struct WarehouseTests {
  /// What is seen over 1,000 steps of four episodes, as a hash. A change of this number is
  /// a change of every experiment: it must be meant.
  @Test func bitsAreFixedForEver() {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var settings = WarehouseSettings.missions(sites: 0..<4)
    settings.contactEnds = false
    settings.arrivalEnds = false
    settings.timeMax = 60
    for seed in UInt64(0)..<4 {
      var driven = Driven(Warehouse(settings), seed: seed)
      var random = Random(seed: seed, stream: 5)
      for step in 0..<1_000 {
        driven.step(random.uniform(in: -0.5...1.5), random.uniform(in: -2...2))
        guard step % 10 == 9 else { continue }
        for value in driven.observation {
          hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3
        }
      }
    }
    #expect(hash == 7_093_165_389_682_450_623)
  }

  @Test func specSaysWhatIsShown() {
    let spec = Warehouse().spec
    let names = ["pose", "wheels", "gyro", "goal", "movers", "lidar"]
    #expect(spec.modalities.map(\.name) == names)
    #expect(spec.modalities.map(\.count) == [3, 2, 1, 2, 30, 64])
    #expect(spec.range(of: "lidar") == 38..<102)
    let blind = Warehouse(.missions(lidar: false)).spec
    #expect(blind.observationCount == 38 && blind.range(of: "lidar") == nil)
    #expect(Warehouse(.babbling(seconds: 12)).spec.stepsMax == 240)
  }

  @Test func missionsAreAsPromised() {
    let world = Warehouse(.missions(sites: 0..<8, scenario: .mixed))
    for seed in 0..<60 {
      let driven = Driven(world, seed: UInt64(seed))
      let mission = driven.world.mission
      #expect((8...25).contains(mission.lengthOptimal))
      #expect(mission.site.clearance(mission.start.x, mission.start.y) > 0.7)
      #expect(mission.site.clearance(mission.goal.x, mission.goal.y) > 0.7)
      #expect(mission.timeMax <= 90 && mission.timeMax > mission.timeOptimal)
      for mover in driven.world.truth.movers {
        let gap = Point(x: mover.x, y: mover.y).distance(
          to: Point(x: mission.start.x, y: mission.start.y))
        #expect(gap >= 4)
      }
    }
  }

  /// Over thousands of steps: nobody stands in a rack, and whoever is said to be visible is.
  @Test(arguments: [WarehouseSettings.Scenario.ordinary, .blindCorner])
  func moversAreWhereTheyMayBe(scenario: WarehouseSettings.Scenario) {
    var settings = WarehouseSettings.missions(sites: 0..<4, scenario: scenario)
    settings.contactEnds = false
    let world = Warehouse(settings)
    for seed in 0..<6 {
      var driven = Driven(world, seed: UInt64(seed))
      let mission = driven.world.mission
      let start = Point(x: mission.start.x, y: mission.start.y)
      let route = mission.site.route(from: start, to: mission.goal) ?? []
      for _ in 0..<600 {
        let goesOn = driven.follow(route, at: 0.8).goesOn
        let truth = driven.world.truth
        for mover in truth.movers {
          for rack in mission.site.racks {
            #expect(rack.distance(x: mover.x, y: mover.y) > mover.radius - 0.03)
          }
          let away = Point(x: mover.x, y: mover.y).distance(
            to: Point(x: truth.pose.x, y: truth.pose.y))
          let clear = mission.site.sees(truth.pose.x, truth.pose.y, mover.x, mover.y)
          // A line that grazes a corner may be judged either way.
          let nudged = mission.site.sees(truth.pose.x, truth.pose.y, mover.x + 0.01, mover.y + 0.01)
          if clear == nudged { #expect(mover.visible == (clear && away <= 12)) }
        }
        if !goesOn { break }
      }
    }
  }

  @Test func observationsAreNearTheTruth() {
    var driven = Driven(Warehouse(.missions(sites: 0..<4)), seed: 2)
    for _ in 0..<50 {
      driven.step(0.6, 0.3)
      let truth = driven.world.truth
      let pose = driven.shows("pose")
      #expect(abs(pose[0] - truth.pose.x) < 0.01 && abs(pose[1] - truth.pose.y) < 0.01)
      #expect(abs(driven.shows("wheels")[0] - truth.drive.left) < 0.003)
      #expect(abs(driven.shows("gyro")[0] - truth.drive.turnRate) < 0.04)
      let goal = driven.shows("goal")
      let mission = driven.world.mission
      let (s, c) = sineCosine(truth.pose.heading)
      let x = truth.pose.x + c * goal[0] - s * goal[1]
      #expect(abs(x - mission.goal.x) < 1e-3)
      // Movers come nearest first, and only those in sight.
      let movers = driven.shows("movers")
      let present = (0..<6).filter { movers[5 * $0] == 1 }
      #expect(present.count == min(6, truth.movers.count { $0.visible }))
      let ranges = present.map { i in
        (movers[5 * i + 1] * movers[5 * i + 1] + movers[5 * i + 2] * movers[5 * i + 2]).squareRoot()
      }
      for (a, b) in zip(ranges, ranges.dropFirst()) { #expect(a < b + 0.25) }
    }
  }

  @Test func lidarSeesMovers() {
    var settings = WarehouseSettings.babbling()
    settings.movers = 8
    settings.lidar = true
    var driven = Driven(Warehouse(settings), seed: 1)
    for _ in 0..<30 {
      driven.step(0.3, 0.2)
      let truth = driven.world.truth
      let ranges = driven.world.ranges()
      for (i, range) in ranges.enumerated() {
        // March along the beam until something is met.
        let (s, c) = sineCosine(truth.pose.heading + 2 * .pi * Float(i) / 64)
        var t: Float = 0
        func isMet() -> Bool {
          let (x, y) = (truth.pose.x + t * c, truth.pose.y + t * s)
          return driven.world.mission.site.clearance(x, y) <= 0.001
            || truth.movers.contains { mover in
              Point(x: mover.x, y: mover.y).distance(to: Point(x: x, y: y)) < mover.radius
            }
        }
        while t < 12, !isMet() { t += 0.01 }
        // At a grazing edge a step of marching may just miss a mover.
        #expect(abs(range - min(12, t)) < 0.15 || range < t)
      }
    }
  }

  static let field: [(Float, Float, Float, Bool)] = [
    // ahead, aside, speed, violated; a person of radius 0.3
    (1.9, 0, 1, false), (1.5, 0, 1, true), (0.9, 0.7, 1, true), (0.9, 0.8, 1, false),
    (-1, 0, 1, false), (0, 0.7, 1, false), (2.3, 0, 1.5, true), (1.2, 0, 0.2, false),
  ]

  @Test(arguments: field) func protectiveFieldIsABox(
    ahead: Float, aside: Float, speed: Float, violated: Bool
  ) {
    let length = ProtectiveField.length(at: speed)
    #expect(abs(length - (speed * 0.3 + speed * speed / 2 + 0.15)) < 1e-6)
    let inside = ProtectiveField.contains(ahead: ahead, aside: aside, radius: 0.3, length: length)
    #expect(inside == violated)
  }

  @Test func wallsEndMissionsAndStopBabblers() {
    var driven = Driven(Warehouse(.missions(sites: 0..<2, quirks: .nominal)), seed: 0)
    var last = Transition()
    while last.goesOn { last = driven.step(1.5, 0) }
    #expect(last.terminated && last.reward < -5)
    #expect(driven.world.events.staticContact || driven.world.events.atFaultMoverContact)

    var babbler = Driven(Warehouse(.babbling(quirks: .nominal, seconds: 60)), seed: 0)
    var contacts = 0
    for _ in 0..<900 {
      #expect(babbler.step(1.5, 0).goesOn)
      contacts += babbler.world.events.staticContact ? 1 : 0
      let pose = babbler.world.truth.pose
      #expect(babbler.world.mission.site.clearance(pose.x, pose.y) >= 0.35)
    }
    #expect(contacts > 0)
  }

  /// A careful robot reaches nearly every goal: nobody blocks an aisle for ever, though one that
  /// only stops and never makes way is sometimes late or boxed in. A careless one is in danger now
  /// and then, and in blind corners often.
  @Test func carefulRobotsArriveCarelessOnesDoNot() {
    let seeds = UInt64(0)..<24
    let world = Warehouse(
      .missions(sites: 0..<4, quirks: .nominal, scenario: .blindCorner, lidar: false))
    func arrivals(careful: Bool) -> Int {
      seeds.count { Self.drive(world, seed: $0, careful: careful).arrived }
    }
    #expect(arrivals(careful: true) >= 22)
    #expect(arrivals(careful: false) <= 18)
  }

  /// Drives a mission; a careful robot stops for whoever will be before it within 1.4 s.
  static func drive(_ world: Warehouse, seed: UInt64, careful: Bool) -> Events {
    var driven = Driven(world, seed: seed)
    let mission = driven.world.mission
    let start = Point(x: mission.start.x, y: mission.start.y)
    let route = mission.site.route(from: start, to: mission.goal) ?? []
    while true {
      let truth = driven.world.truth
      let (s, c) = sineCosine(truth.pose.heading)
      let waits =
        careful
        && truth.movers.contains { mover in
          mover.visible
            && (0..<8).contains { k in
              let t = 0.2 * Float(k)
              let dx = mover.x + t * mover.vx - truth.pose.x
              let dy = mover.y + t * mover.vy - truth.pose.y
              return ProtectiveField.contains(
                ahead: c * dx + s * dy - t * truth.drive.speed, aside: c * dy - s * dx,
                radius: mover.radius + 0.15, length: 0.9)
            }
        }
      if !driven.follow(route, at: waits ? 0 : 1).goesOn { return driven.world.events }
    }
  }

  @Test func forecastsOfTheTruthAreExact() {
    var driven = Driven(
      Warehouse(.missions(sites: 0..<2, quirks: .nominal, scenario: .ordinary)), seed: 3)
    let ahead = driven.world.truth.moversAhead(steps: 80, robot: .standing)
    for step in 0..<80 {
      driven.step(0, 0)
      #expect(driven.world.truth.movers == ahead[step])
    }
  }

  @Test func trueDriveRollsOutAlone() {
    var driven = Driven(Warehouse(.babbling(quirks: .rich)), seed: 8)
    for _ in 0..<10 { driven.step(0.8, 0.4) }
    let drive = driven.world.trueDrive
    var state = driven.world.truth.drive
    for _ in 0..<30 {
      drive.advance(&state, v: 0.5, w: -1)
      driven.step(0.5, -1)
      #expect(state.pose == driven.world.truth.pose && state.left == driven.world.truth.drive.left)
    }
  }

  @Test func batchesStepLikeSingles() {
    let world = Warehouse(.missions(sites: 0..<2))
    var batch = EnvironmentBatch(world, count: 3)
    let count = world.spec.observationCount
    var observations = [Float](repeating: 0, count: 3 * count)
    var transitions = [Transition](repeating: Transition(), count: 3)
    var singles = (0..<3).map { Driven(world, seed: UInt64($0)) }
    var rows = observations.mutableSpan
    for i in 0..<3 { batch.reset(i, seed: UInt64(i), observations: &rows) }
    for _ in 0..<40 {
      let actions: [Float] = [0.5, 0.1, 0.9, -0.4, -0.3, 1]
      var rows = observations.mutableSpan
      var outcomes = transitions.mutableSpan
      batch.step(actions.span, observations: &rows, transitions: &outcomes)
      for i in 0..<3 {
        #expect(singles[i].step(actions[2 * i], actions[2 * i + 1]) == transitions[i])
        #expect(singles[i].observation == Array(observations[i * count..<(i + 1) * count]))
      }
    }
  }
}
