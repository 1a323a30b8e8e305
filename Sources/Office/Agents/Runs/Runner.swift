// Carries out what a run wants, one event after another.
public import Basics
public import Events

/// Carries out what a run wants until it rests or ends.
///
/// What can be decided at once is decided at once and written together; what takes time is done side
/// by side, step by step. The beginning of an act is durable before the act, and its receipt after it;
/// the receipt of one step and the beginning of the next go into the journal in one piece.
public struct Runner: Sendable {
  let run: RunID
  let journal: any Journal
  let lease: Lease?
  let workspace: any Workspace
  let proposer: any Proposer
  let forecaster: Forecaster
  let gate: Gate
  let now: @Sendable () -> Timestamp
  let observe: @Sendable (Event) -> Void
  /// The most steps that are under way at a time.
  let width: Int

  /// A runner of a run.
  ///
  /// - Parameters:
  ///   - width: the most steps that are under way at a time.
  ///   - now: the time.
  ///   - observe: sees every event after it is durable.
  public init(
    _ run: RunID, journal: any Journal, lease: Lease?, workspace: any Workspace,
    proposer: any Proposer = Script(), forecaster: Forecaster = .declared,
    gate: Gate, width: Int = 4, now: @escaping @Sendable () -> Timestamp,
    observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    precondition(width > 0, "\(width) steps at a time get nowhere")
    self.run = run
    self.journal = journal
    self.lease = lease
    self.workspace = workspace
    self.proposer = proposer
    self.forecaster = forecaster
    self.gate = gate
    self.width = width
    self.now = now
    self.observe = observe
  }

  /// Continues the run until it rests or ends, and returns what it is then up to.
  public func continueRun() async throws -> RunMachine {
    let machine = try RunMachine(try await journal.events(of: run, after: 0))
    return try await withThrowingTaskGroup(of: Done.self) { group in
      var work = Work(machine: machine)
      while true {
        while let body = try work.decide(by: self) { try work.take(body) }
        // One after another, and recorded at once: so the journal has them in the fork's order.
        if let step = work.keepable {
          try work.take(try await keep(step))
          continue
        }
        try await write(&work)
        for command in work.startable(width) {
          work.busy.insert(command.subject)
          let machine = work.machine
          group.addTask { try await self.perform(command, machine) }
        }
        guard let done = try await group.next() else { return work.machine }
        work.busy.remove(done.subject)
        for body in done.bodies { try work.take(body) }
      }
    }
  }

  private func write(_ work: inout Work) async throws {
    guard !work.unwritten.isEmpty else { return }
    let length = work.machine.length - work.unwritten.count
    let events = try await journal.append(
      work.unwritten, to: run, after: length, at: now(), under: lease)
    work.unwritten = []
    for event in events {
      observe(event)
      if case .kept(let step) = event.body, let step = work.machine[step]?.step {
        try await workspace.settle(step)
      }
    }
  }
}

/// What came of a command that took time.
struct Done: Sendable {
  /// Whose command it was.
  var subject: String
  /// What happened.
  var bodies: [Event.Body]
}

/// What a runner has at hand.
struct Work {
  /// The run, with what is not yet written.
  var machine: RunMachine
  /// Events that were taken and not yet written.
  var unwritten: [Event.Body] = []
  /// Steps of which something is under way in this process; the run itself is the empty name.
  var busy: Set<String> = []
  /// Steps that this process has begun: others that are running are left from a process that died.
  var begun: Set<String> = []

  init(machine: RunMachine) { self.machine = machine }

  mutating func take(_ body: Event.Body) throws(RunMachineError) {
    try machine.take(body)
    unwritten.append(body)
    if case .started(let step, _) = body { begun.insert(step) }
  }

  /// A step whose work is to be kept, if there is one.
  var keepable: Step? {
    for case .keep(let step) in machine.next where !busy.contains(step) {
      return machine[step]?.step
    }
    return nil
  }

  /// Commands that take time, and of which nobody is at work yet.
  func startable(_ width: Int) -> [RunMachine.Command] {
    let commands = machine.next.compactMap { command -> RunMachine.Command? in
      switch command {
      case .awaitAnswer, .rest, .permit, .propose, .keep: return nil
      case .recover(let step) where begun.contains(step): return .execute(step: step)
      case .execute: return nil
      default: return command
      }
    }
    return Array(
      commands.filter { !busy.contains($0.subject) }.prefix(max(0, width - busy.count)))
  }
}

extension RunMachine.Command {
  /// The step that it is about; empty for the run.
  var subject: String {
    switch self {
    case .propose(let step), .forecast(let step), .permit(let step), .execute(let step),
      .recover(let step), .verify(let step), .keep(let step), .rollBack(let step, _):
      step
    default: ""
    }
  }
}
