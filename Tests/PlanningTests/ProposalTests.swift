// Outlooks, the networks that read them, and the planner that looks before it searches.

import Basics
import Environments
import Networks
import Planning
import Tensors
import Testing
import WorldModels

@Suite struct ProposalTests {
  /// A small hall with a rack off its middle, somebody who walks, and a robot; turned by quarters.
  struct Place {
    var site: Site
    var pose: Pose
    var scene: Scene

    init(quarters: Int, movers: Bool = true) throws {
      // A square, so that a quarter turn is a hall of the same size.
      let side: Float = 12
      func turn(_ p: Point) -> Point {
        (0..<quarters).reduce(p) { p, _ in Point(x: side - p.y, y: p.x) }
      }
      func turn(_ r: Rectangle) -> Rectangle {
        let a = turn(Point(x: r.x, y: r.y))
        let b = turn(Point(x: r.x + r.width, y: r.y + r.height))
        return Rectangle(
          x: min(a.x, b.x), y: min(a.y, b.y), width: abs(a.x - b.x), height: abs(a.y - b.y))
      }
      site = try Site(
        Layout(
          name: "square", width: side, height: side,
          racks: [turn(Rectangle(x: 5, y: 3, width: 1, height: 5))]))
      let start = turn(Point(x: 2.5, y: 4.2))
      pose = Pose(
        x: start.x, y: start.y, heading: wrappedAngle(0.3 + Float(quarters) * .pi / 2))
      let route = Route(site: site, goal: turn(Point(x: 9.5, y: 4)), robotRadius: 0.35)
      scene = Scene(route: route, robotRadius: 0.35, tolerance: 0.35)
      guard movers else { return }
      for mode in 0..<2 {
        let path = (1...36).map { turn(Point(x: 4 - 0.02 * Float($0), y: 6 + 0.01 * Float(mode))) }
        scene.movers.append(
          MoverFuture(
            mover: 3, weight: mode == 0 ? 0.7 : 0.3, x: path.map(\.x), y: path.map(\.y),
            spread: path.map { _ in 0.2 }, radius: 0.3))
      }
    }

    func row(plan: Plan = Plan(steps: 36), knowsPlan: Bool = true) -> [Float] {
      let reading = DriveReading(
        x: pose.x, y: pose.y, heading: pose.heading, left: 0.4, right: 0.6, gyro: 0.3)
      let outlook = Outlook(of: scene, at: pose, moving: reading, after: (0.5, 0.2), plan: plan)
      var row: [Float] = []
      outlook.append(to: &row, knowsPlan: knowsPlan)
      return row
    }

    func motion() -> FixedMotion {
      var motion = FixedMotion.nominal
      motion.begin()
      motion.observe(
        DriveReading(x: pose.x, y: pose.y, heading: pose.heading, left: 0, right: 0, gyro: 0),
        after: (0, 0))
      return motion
    }
  }

  @Test(arguments: [1, 2, 3]) func outlooksDoNotKnowTheMap(quarters: Int) throws {
    let here = try Place(quarters: 0).row()
    let there = try Place(quarters: quarters).row()
    #expect(here.count == Outlook.count && here.allSatisfy { $0.isFinite })
    // The ways through a grid and its turned twin differ by a part of a cell.
    #expect(zip(here, there).allSatisfy { abs($0 - $1) < 0.1 })
    #expect(here.contains { abs($0) > 0.1 })
  }

  @Test func outlooksInAMirror() throws {
    let place = try Place(quarters: 0)
    let reading = DriveReading(
      x: place.pose.x, y: place.pose.y, heading: place.pose.heading, left: 0.4, right: 0.6,
      gyro: 0.3)
    var plan = Plan(steps: 36)
    for h in 0..<36 { (plan.v[h], plan.w[h]) = (0.5, 0.02 * Float(h)) }
    let outlook = Outlook(
      of: place.scene, at: place.pose, moving: reading, after: (0.5, 0.2), plan: plan)
    #expect(outlook.mirrored != outlook && outlook.mirrored.mirrored == outlook)
    let knots = PlanKnots(plan)
    #expect(knots.numbers.count == PlanKnots.floats)
    #expect(
      zip(knots.numbers, knots.mirrored.numbers).enumerated().allSatisfy { i, pair in
        pair.0 == (i % 2 == 0 ? pair.1 : -pair.1)
      })
  }

  @Test func outlooksAreFiniteAnywhere() throws {
    var place = try Place(quarters: 0, movers: false)
    let places: [(Float, Float)] = [(9.5, 4), (0.05, 0.05), (5.5, 5), (-3, 40), (11.99, 6)]
    for (x, y) in places {
      (place.pose.x, place.pose.y) = (x, y)
      #expect(place.row().allSatisfy { $0.isFinite })
      var known = place.row()
      let forgotten = place.row(knowsPlan: false)
      Outlook.forgetPlans(&known) { _ in true }
      #expect(known == forgotten)
    }
  }

  @Test func networksAreSmall() throws {
    var random = Random(seed: 1)
    let network = ProposalNetwork(random: &random)
    let regret = RegretNetwork(random: &random)
    #expect(network.parameterCount + regret.parameterCount < 60_000)
    let place = try Place(quarters: 0)
    let reading = DriveReading(
      x: place.pose.x, y: place.pose.y, heading: place.pose.heading, left: 0, right: 0, gyro: 0)
    let outlook = Outlook(
      of: place.scene, at: place.pose, moving: reading, after: (0, 0), plan: Plan(steps: 36))
    let plans = Proposer(network, regret: regret).plans(for: outlook, settings: .init())
    #expect(plans.count == 2 * ProposalNetwork.modes)
    #expect(
      plans.allSatisfy { plan in
        plan.v.count == 36 && plan.v.allSatisfy { (-0.5...1.5).contains($0) }
          && plan.w.allSatisfy { (-2...2).contains($0) }
      })
    let bounds = regret(Tensor(zeros: [3, RegretNetwork.count]))
    #expect(bounds.shape == [3] && bounds.scalars.allSatisfy { $0 >= 0 })
  }

  /// Half of the time one way is chosen and half of the time another, and nothing tells which: a mean
  /// would be far from both.
  @Test func modesKeepWaysApart() {
    var random = Random(seed: 4)
    var network = ProposalNetwork(random: &random)
    var optimizer = AdamW(for: network)
    let n = 64
    let rows = Tensor.normal([1, Outlook.count], deviation: 0.3, random: &random)
      .repeated(axis: 0, count: n)
    let chosen = Tensor(
      (0..<n * PlanKnots.floats).map { i in (i / PlanKnots.floats) % 2 == 0 ? 0.8 : -0.8 },
      shape: [n, PlanKnots.floats])
    let before = network.error(rows, chosen: chosen)
    for _ in 0..<200 {
      let step = valueWithGradients(of: network) { $0.loss(rows, chosen: chosen) }
      optimizer.update(&network, with: step.gradients, rate: 3e-3)
    }
    #expect(network.error(rows, chosen: chosen) < 0.3 * before)
  }

  /// A quantile that is learned holds as often as it should.
  @Test func regretIsAQuantile() {
    var random = Random(seed: 5)
    var network = RegretNetwork(random: &random)
    var optimizer = AdamW(for: network)
    let n = 512
    let rows = Tensor(zeros: [n, RegretNetwork.count])
    let regret = Tensor.uniform([n], in: 0...1, random: &random)
    for _ in 0..<300 {
      let step = valueWithGradients(of: network) { $0.loss(rows, regret: regret) }
      optimizer.update(&network, with: step.gradients, rate: 1e-2)
    }
    let said = network(rows).scalars[0]
    let held = regret.scalars.count { $0 <= said }
    #expect(abs(Float(held) / Float(n) - RegretNetwork.confidence) < 0.04)
  }

  // MARK: The planner

  static func arc(_ v: Float, _ w: Float) -> Plan {
    var plan = Plan(steps: 36)
    for h in 0..<36 { (plan.v[h], plan.w[h]) = (v, w) }
    return plan
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func searchIsNeverWorseThanWhatWasProposed(seed: UInt64) throws {
    let place = try Place(quarters: Int(seed % 4))
    var random = Random(seed: seed)
    var planner = PathIntegralPlanner()
    for _ in 0..<5 {
      let proposals = (0..<6).map { _ in
        Self.arc(random.uniform(in: 0...1.4), random.uniform(in: -1...1))
      }
      _ = planner.decide(
        with: place.motion(), in: place.scene, at: place.pose, proposals: proposals,
        random: &random)
      let found = try #require(planner.consideration)
      #expect(planner.plan.cost <= found.cost + 1e-4)
      #expect(found.lastPlan >= 0 && found.stop >= 0 && found.unproposed >= 0 && found.third >= 0)
      #expect(planner.effort.didSearch)
    }
  }

  @Test func aProposalThatSettlesIsTaken() throws {
    let place = try Place(quarters: 0)
    var planner = PathIntegralPlanner()
    var random = Random(seed: 1)
    let before = random
    _ = planner.decide(
      with: place.motion(), in: place.scene, at: place.pose, proposals: [Self.arc(0.6, 0.1)],
      random: &random
    ) { _ in true }
    #expect(!planner.effort.didSearch && planner.plan.cost == planner.consideration?.cost)
    #expect(planner.effort.imaginedSteps == 16 * 36 && random == before)
  }

  @Test func nothingProposedIsASearch() throws {
    let place = try Place(quarters: 0)
    var planner = PathIntegralPlanner()
    var random = Random(seed: 1)
    _ = planner.decide(
      with: place.motion(), in: place.scene, at: place.pose, random: &random
    ) { _ in true }
    #expect(planner.effort.didSearch && planner.consideration == nil)
    #expect(planner.effort.imaginedSteps == (128 + 8) * 36)
  }

  @Test(arguments: [Proposer.Searching.never, .ifItPays, .always])
  func effortIsCounted(searching: Proposer.Searching) {
    var random = Random(seed: 2)
    let proposer = Proposer(
      ProposalNetwork(random: &random), regret: RegretNetwork(random: &random),
      searching: searching)
    let contender = Contender.planned(
      "proposals", motion: FixedMotion.average, proposer: proposer, thinksAloud: true)
    var thoughts = 0
    let tournament = Tournament(.missions(lidar: false), contenders: [contender])
    let record = tournament.play(contender, seed: 41) { _, policy in
      if let thought = policy.thought, thought.plan.count == 36, thought.others.count == 12 {
        thoughts += 1
      }
    }
    #expect(thoughts == record.decisions + 1 && record.decisions > 20)
    switch searching {
    case .never: #expect(record.searches == 0)
    case .ifItPays: #expect(record.searches <= record.decisions)
    case .always: #expect(record.searches == record.decisions)
    }
    #expect(
      record.imaginedSteps
        == (record.decisions * 16 + record.searches * (128 + 8)) * 36)
  }
}
