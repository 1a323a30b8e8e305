// The whole office under a seed: random goals, crashes at any operation, every order of what happens
// side by side.
import Agents
import Basics
import Events
import Foundation
import Synchronization
import Testing

@Suite struct SimulationTests {
  /// How many crashes are simulated: more with `ORRERY_CRASHES`.
  static let crashes =
    ProcessInfo.processInfo.environment["ORRERY_CRASHES"].flatMap(Int.init) ?? 10_000

  @Test(arguments: 0..<8) func survivesEveryCrash(shard: Int) throws {
    var crashes = 0
    var seed = UInt64(shard) << 40
    while crashes < Self.crashes / 8 {
      seed += 1
      var life = Life(seed: seed)
      let findings = try life.live()
      crashes += life.crashes
      #expect(findings.isEmpty, "seed \(seed): \(findings)")
      if !findings.isEmpty { break }
    }
  }
}

/// One run from its beginning to its end, through as many processes as it takes.
struct Life {
  let seed: UInt64
  var random: Random
  var crashes = 0
  let office: SimulatedOffice

  init(seed: UInt64) {
    self.seed = seed
    random = Random(seed: seed)
    office = SimulatedOffice(goal: Life.goal(&random), seed: seed)
  }

  static func goal(_ random: inout Random) -> Goal {
    let count = 1 + Int(random.next(upperBound: UInt64(4)))
    let steps = (0..<count).map { i in
      let needs = (0..<i).filter { _ in random.next(upperBound: UInt64(3)) == 0 }.map { "s\($0)" }
      let name = "s\(i)"
      return Step(
        name: name, needs: needs, action: Action(tool: "run", input: .null),
        expectation: random.next(upperBound: UInt64(3)) == 0 ? Expectation() : nil,
        acceptance: random.next(upperBound: UInt64(2)) == 0
          ? [.exists(SimulatedWorkspace.path(name))] : [],
        retries: Int(random.next(upperBound: UInt64(3))))
    }
    let isImpossible = random.next(upperBound: UInt64(8)) == 0
    let isPermitted = random.next(upperBound: UInt64(4)) != 0
    return Goal(
      title: "simulated", directory: "/", steps: steps,
      acceptance: isImpossible
        ? [.exists(SimulatedWorkspace.path("nothing"))] : [.exists(SimulatedWorkspace.path("s0"))],
      permissions: Permissions(write: isPermitted ? ["s*"].compactMap { Glob($0) } : []))
  }

  /// Lives until the run has ended, and says what it found wrong.
  mutating func live() throws -> [String] {
    let office = office
    let goal = office.goal
    let executor = SeededExecutor(seed: seed)
    _ = try executor.run {
      try await office.journal.append(
        [.began(goal)], to: office.run, after: 0, at: Timestamp(microseconds: 0), under: nil)
    }
    let mayAsk = random.next(upperBound: UInt64(2)) == 0
    for life in 0..<60 {
      // Late lives are long enough to end.
      let fuse = life < 12 ? 1 + Int(random.next(upperBound: UInt64(14))) : Int.max
      office.boot(fuse: fuse)
      do {
        let machine = try executor.run { try await Life.work(office, mayAsk: mayAsk) }
        if case .finished(let ending) = machine.phase { return findings(ending, machine) }
        try answer(machine, executor)
      } catch {
        guard office.state.withLock({ $0.isDead }) else { return ["\(error)"] }
        crashes += 1
      }
    }
    return ["it never ended"]
  }

  private static func work(_ office: SimulatedOffice, mayAsk: Bool) async throws -> RunMachine {
    let events = try await office.journal.events(of: office.run, after: 0)
    let kept = events.compactMap { if case .kept(let step) = $0.body { step } else { nil } }
    let runner = Runner(
      office.run, journal: SimulatedJournal(office: office), lease: nil,
      workspace: SimulatedWorkspace(office: office, kept: kept),
      gate: Gate(mayAsk: mayAsk), width: 3, now: { Timestamp(microseconds: 1) })
    return try await runner.continueRun()
  }

  /// Answers the question that the run rests on, or stops it.
  private mutating func answer(_ machine: RunMachine, _ executor: SeededExecutor) throws {
    let office = office
    let body: Event.Body
    if let question = machine.question {
      body = .answered(
        Answer(
          question: question.number, allows: random.next() & 1 == 0, by: "someone",
          preview: question.preview))
    } else {
      body = .cancelled(by: "someone")
    }
    _ = try executor.run {
      try await office.journal.append(
        [body], to: office.run, after: machine.length, at: Timestamp(microseconds: 2), under: nil)
    }
  }

  /// What is wrong with how it ended.
  private func findings(_ ending: Event.Ending, _ machine: RunMachine) -> [String] {
    var findings: [String] = []
    let state = office.state.withLock { $0 }
    let isDone = ending == .verified
    let expected =
      isDone
      ? Dictionary(
        uniqueKeysWithValues: office.goal.steps.map {
          (SimulatedWorkspace.path($0.name), [$0.name])
        }) : [:]
    if state.world != expected { findings.append("after \(ending) the world is \(state.world)") }
    if isDone && !machine.steps.allSatisfy({ $0.state == .done }) {
      findings.append("verified with steps undone")
    }
    if machine.length < state.acknowledged.count {
      findings.append(
        "\(state.acknowledged.count) events were acknowledged, and \(machine.length) are there")
    }
    if !state.layers.isEmpty && !isDone { findings.append("layers are left: \(state.layers.keys)") }
    return findings
  }
}
