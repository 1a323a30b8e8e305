// The machine alone: every prefix of a journal goes on, and nothing follows what it can not.
import Agents
import Basics
import Events
import Testing

@Suite struct RunMachineTests {
  static let step = Step(name: "s", action: Action(tool: "run", input: .null), retries: 1)
  static let goal = Goal(title: "t", directory: "/", steps: [step])
  static let captured = Outcome.Captured(digest: Digest(of: []), kept: 0, written: 0)
  static let summary = EffectSummary(of: [])
  static let question = Question(number: 1, reason: "r", preview: summary.digest)

  static func outcome(_ status: Int32) -> Outcome {
    Outcome(
      ending: .exited(status), effects: summary, output: captured, errors: captured, seconds: 2)
  }

  static func attempt(_ number: Int) -> [Event.Body] {
    [
      .proposed(step: "s", attempt: number, step.action),
      .forecast(step: "s", Forecast(source: .prior, success: 0.5)),
      .permitted(step: "s", reserved: Spending(seconds: 600, calls: 1)),
      .started(step: "s", attempt: number),
    ]
  }

  static let happy: [Event.Body] =
    [.began(goal)] + attempt(1) + [
      .executed(step: "s", outcome(1)), .refuted(step: "s", [], reason: "status 1"),
      .rolledBack(step: "s", reason: "status 1"),
    ] + attempt(2) + [
      .executed(step: "s", outcome(0)), .verified(step: "s", []), .kept(step: "s"), .claimed,
      .judged([]), .reviewed(summary, unpermitted: [], count: 1), .asked(question),
      .answered(Answer(question: 1, allows: true, by: "me", preview: summary.digest)),
      .committing(summary), .committed(summary), .finished(.unverified),
    ]

  func machine(_ bodies: some Sequence<Event.Body>) throws -> RunMachine {
    var machine = RunMachine()
    for body in bodies { try machine.take(body) }
    return machine
  }

  @Test(arguments: 0...happy.count) func everyPrefixGoesOn(length: Int) throws {
    let machine = try machine(Self.happy.prefix(length))
    #expect((machine.next == [.rest]) == (length == 0 || length == Self.happy.count))
  }

  /// An attempt may be refuted before it has an outcome, and dropped before it is refuted: those two
  /// can be skipped, and nothing else.
  @Test(arguments: (1..<happy.count - 1).filter { $0 != 5 && $0 != 6 })
  func nothingIsSkipped(length: Int) throws {
    var machine = try machine(Self.happy.prefix(length))
    #expect(throws: RunMachineError.self) { try machine.take(Self.happy[length + 1]) }
  }

  @Test func budgetsAreReservedAndSettled() throws {
    let during = try machine(Self.happy.prefix(5))
    #expect(during.remaining == Spending(seconds: 3_000, calls: 999))
    let after = try machine(Self.happy.prefix(6))
    #expect(after.remaining == Spending(seconds: 3_598, calls: 999))
  }

  @Test func anAnswerToSomethingElseIsVoid() throws {
    let i = try #require(Self.happy.firstIndex(of: .asked(Self.question)))
    var machine = try machine(Self.happy.prefix(i + 1))
    let other = Answer(question: 1, allows: true, by: "me", preview: Digest(of: [1]))
    #expect(throws: RunMachineError.self) { try machine.take(.answered(other)) }
  }

  @Test func effectsWithoutPermissionAreNotCommitted() throws {
    let i = try #require(Self.happy.firstIndex(of: .asked(Self.question)))
    var machine = try machine(Self.happy.prefix(i))
    #expect(throws: RunMachineError.self) { try machine.take(.committing(Self.summary)) }
  }

  @Test func aThirdDeathMakesAStepPoison() throws {
    var bodies: [Event.Body] = [.began(Self.goal)]
    for _ in 0..<3 { bodies += Self.attempt(1) + [.rolledBack(step: "s", reason: "died")] }
    let machine = try machine(bodies)
    #expect(machine.next == [.discard(reason: "s: it was interrupted 3 times: died")])
  }

  @Test func aRunCanBeStoppedUntilItIsCommitted() throws {
    for length in 1...Self.happy.count {
      var machine = try machine(Self.happy.prefix(length))
      let isTooLate = Self.happy.prefix(length).contains(.committing(Self.summary))
      do {
        try machine.take(.cancelled(by: "me"))
        #expect(!isTooLate)
      } catch {
        #expect(isTooLate)
      }
    }
  }
}
