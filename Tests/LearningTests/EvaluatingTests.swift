// Evaluations: the same whoever computes them, stoppable, and true where the truth is known.
import Basics
import Learning
import Planning
import Tensors
import Testing
import WorldModels

/// A model that has learned nothing: its motion is about that of identification.
private func untrained(_ seed: Int) -> TrainedModel {
  var random = Random(seed: UInt64(seed))
  return TrainedModel(WarehouseModel(random: &random), seed: seed)
}

@Suite struct MotionResultTests {
  private func drives(_ workers: Workers) throws -> MotionEvaluation {
    MotionEvaluation(
      episodes: try #require(
        HeldOutDrives(robots: 8, length: 152).record(on: workers) { _ in true }))
  }

  @Test func workersDoNotMatter() throws {
    let bits = try [1, 3].map { count -> [[Interval]] in
      let workers = Workers(count: count)
      let result = try #require(
        try drives(workers).result(of: [untrained(1)], on: workers) { _ in true })
      return result.studies.flatMap(\.curves).map(\.errors)
        + [result.horizons.map(\.skill), result.horizons.map(\.actionUse)]
    }
    #expect(bits[0] == bits[1])
  }

  @Test func knowsWhatIsKnown() throws {
    let workers = Workers(count: 2)
    let result = try #require(
      try drives(workers).result(of: [untrained(1), untrained(2)], on: workers) { _ in true })
    let plain = try #require(result.studies.first)
    #expect(plain.robots == 4)
    #expect(plain.seconds.last == plain.readAt)
    let honest = try #require(plain.curves.first { $0.role == .honest })
    let copy = try #require(plain.curves.first { $0.role == .simple })
    #expect(honest.ratio == nil)
    #expect(honest.errors.last!.estimate < 0.1 * copy.errors.last!.estimate)
    let learned = plain.curves.filter { $0.role == .learned }
    #expect(learned.map(\.source) == [.pooled(2), .seed(1), .seed(2)])
    let mean = (learned[1].errors[0].estimate + learned[2].errors[0].estimate) / 2
    #expect(abs(learned[0].errors[0].estimate - mean) < 1e-9)
    #expect(result.horizons.allSatisfy { (0...1).contains($0.coverage90) })
  }

  @Test func stops() throws {
    let workers = Workers(count: 1)
    let evaluation = try drives(workers)
    #expect(evaluation.result(of: [], on: workers) { $0 < 0.5 } == nil)
    #expect(HeldOutDrives(robots: 2).record(on: workers) { _ in false } == nil)
  }
}

@Suite struct SkillResultTests {
  @Test func everySenseIsImagined() throws {
    let results = try [1, 2].map { count in
      let workers = Workers(count: count)
      let drives = try #require(SiteDrives(count: 4, length: 130).record(on: workers) { _ in true })
      return try #require(
        SkillEvaluation(drives: drives).result(of: [untrained(1)], on: workers) { _ in true })
    }
    #expect(results[0].rows.map(\.skill) == results[1].rows.map(\.skill))
    #expect(
      Set(results[0].curves.map(\.modality)).isSuperset(of: [
        "pose", "wheels", "gyro", "goal", "lidar",
      ]))
    #expect(results[0].curves.allSatisfy { $0.horizons == SkillEvaluation.horizons })
    let pose = try #require(results[0].curves.first { $0.modality == "pose" })
    #expect(try #require(pose.skill.last) > 0.5)
  }
}

@Suite struct PlanningResultTests {
  private func cell(_ driver: Driver) throws -> PlanningCell {
    try #require(
      PlanningEvaluation(missions: 4).play(driver, on: Workers(count: 2)) { _ in true })
  }

  @Test func ratiosArePaired() throws {
    let pursuit = try #require(Driver.classical.first { $0.role == .simple })
    let honest = try #require(Driver.classical.first { $0.role == .honest })
    var theirs = try cell(honest)
    var mine = try cell(pursuit)
    #expect(theirs.records.map(\.seed) == mine.records.map(\.seed))
    #expect(theirs.records.map(\.scenario).count { $0 == "blindCorner" } == 1)
    for i in 0..<4 {
      (theirs.records[i].faults, theirs.records[i].violations) = (1, 1)
      (mine.records[i].faults, mine.records[i].violations) = (i % 2, 0)
    }
    let result = PlanningResult([theirs, mine])
    #expect(try #require(result.danger(of: [mine])).estimate == 0.25)
    // Two trainings, one of which did nothing wrong.
    var other = mine
    for i in 0..<4 { other.records[i].faults = 0 }
    #expect(try #require(result.danger(of: [mine, other])).estimate == 0.125)
    // Over nothing, there is no ratio.
    for i in 0..<4 { (theirs.records[i].faults, theirs.records[i].violations) = (0, 0) }
    #expect(PlanningResult([theirs, mine]).danger(of: [mine]) == nil)
    let table = try #require(result.tables.first)
    #expect(table.rows.map(\.role) == [.honest, .simple])
    #expect(table.rows.map(\.episodes) == [4, 4])
  }

  @Test func filmsForetell() throws {
    let honest = try #require(Driver.classical.first { $0.role == .honest })
    let evaluation = PlanningEvaluation(missions: 1)
    let film = try #require(
      evaluation.film([honest], seed: evaluation.seeds.lowerBound + 8, title: "A test"))
    let take = try #require(film.takes.first)
    #expect(take.y.count == take.x.count && take.lidar.count == take.x.count)
    #expect(take.movers.allSatisfy { $0.isVisible.count == take.x.count })
    // A second ahead, the sixth point and the seventh.
    let off = take.decisions.filter { $0.foretold.count > 6 }.map { decision -> Double in
      let at = decision.step + 21
      let (x, y) = (take.x[at] - decision.foretold[6].x, take.y[at] - decision.foretold[6].y)
      return Double((x * x + y * y).squareRoot())
    }
    #expect(off.count > 20)
    #expect(quantile(0.5, of: off) < 0.1)
  }
}

@Suite struct ResultStoreTests {
  @Test func keepsWhatBelongs() throws {
    let folder = Folder()
    let store = ResultStore(in: folder.path)
    try store.keep([1.5, .infinity], as: "part/numbers", key: "one", seconds: 2)
    let kept = try #require(store.kept("part/numbers", key: "one", as: [Double].self))
    #expect(kept.result == [1.5, .infinity] && kept.seconds == 2)
    #expect(store.kept("part/numbers", key: "two", as: [Double].self) == nil)
    #expect(store.kept("part/numbers", key: "one", as: [String].self) == nil)
    #expect(store.kept("part/nothing", key: "one", as: [Double].self) == nil)
    try Files.write(Array("{\"key\":\"one\"".utf8), to: store.path("part/numbers"))
    #expect(store.kept("part/numbers", key: "one", as: [Double].self) == nil)
  }
}

@Suite struct DecisionTimesTests {
  @Test(arguments: [(0.5, 0.0105), (0.99, 0.0205), (1, 0.0205), (0, 0.0105)])
  func quantiles(_ share: Double, _ seconds: Double) {
    var times = DecisionTimes()
    for i in 0..<100 { times.add(seconds: i < 60 ? 0.0105 : 0.0205) }
    #expect(times.count == 100)
    #expect(abs(times.milliseconds(share) / (seconds * 1000) - 1) < 0.011)
  }

  @Test func nothing() { #expect(DecisionTimes().milliseconds(0.5) == 0) }
}
