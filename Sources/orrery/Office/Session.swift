// One run, carried through by this process.
import Agents
import Basics
import Egress
import Events
import Forks
import Foundation
import Sandboxes
import Storage

/// One run, carried through by this process, with or without a person beside it.
struct Session: Sendable {
  let office: Office
  let sandbox: Sandbox
  let run: RunID
  let narrator: Narrator
  /// Whether there is a person who can be asked.
  let mayAsk: Bool
  var forecaster = Forecaster.declared
  var proposer: any Proposer = Script()
  /// Whether an interruption ends the run; otherwise it can go on later.
  var endsWhenInterrupted = false
  /// Whether the commands read what this program would read.
  var inheritsInput = false

  /// Carries the run on until it ends, or has to wait.
  func carryOn() async throws -> ExitStatus {
    while true {
      let machine: RunMachine
      do {
        machine = try await work()
      } catch let error as WorkspaceError
        where error.isLoss || !office.forks.hasFork(of: run)
      {
        try await giveUp(error)
        continue
      } catch let error where error is CancellationError || Task.isCancelled {
        return try await interrupted()
      }
      if case .finished(let ending) = machine.phase { return close(ending) }
      if let question = machine.question {
        guard mayAsk else {
          Narrator.say("\(question.reason): `orrery resume \(run)` on a terminal asks you")
          return .later
        }
        try await answer(question, machine)
      } else {
        Narrator.say(
          "paused: \(machine.pause ?? "nothing can be done"); "
            + "`orrery resume \(run) --budget time=10m` goes on")
        return .later
      }
    }
  }

  /// One stretch of work, under a lease.
  private func work() async throws -> RunMachine {
    let record = try await office.journal.record(of: run)
    let machine = try await office.supervisor.attend(run, last: record?.lease) { lease in
      let events = try await office.journal.events(of: run, after: 0)
      let machine = try RunMachine(events)
      guard let goal = machine.goal else { return machine }
      let workspace = try workspace(machine, goal)
      let runner = Runner(
        run, journal: office.journal, lease: lease, workspace: workspace, proposer: proposer,
        forecaster: forecaster, gate: Gate(mayAsk: mayAsk), now: Office.now,
        observe: { tell($0, goal) })
      return try await runner.continueRun()
    }
    guard let machine else {
      throw Failure(status: .unavailable, sentence: "another process is at work on run \(run)")
    }
    return machine
  }

  /// Where the run acts; a run that is given up needs no fork that it does not have.
  private func workspace(_ machine: RunMachine, _ goal: Goal) throws -> any Workspace {
    if case .leaving = machine.phase, !office.forks.hasFork(of: run) { return NoWorkspace() }
    var isLeaving = false
    if case .leaving = machine.phase { isLeaving = true }
    return try ForkedWorkspace(
      run, of: goal.directory, kept: isLeaving ? [] : machine.kept, forks: office.forks,
      settings: .init(
        permissions: goal.permissions, sandbox: sandbox,
        // Only steps need secrets; without them, what is done can still be committed.
        vault: machine.phase == .working ? try Self.vault(goal) : Vault(),
        limits: goal.steps.first?.limits ?? Limits(), inheritsInput: inheritsInput,
        store: { try office.contents.put($0) }, load: { try office.contents.bytes(of: $0) },
        listener: narrator.manner == .words ? Self.pass : nil))
  }

  /// The secrets that a goal names, from this program's environment.
  static func vault(_ goal: Goal) throws -> Vault {
    var random = SystemRandomNumberGenerator()
    return try Vault(
      goal.permissions.secrets, environment: ProcessInfo.processInfo.environment, random: &random)
  }

  /// Passes on what a command writes.
  private static let pass: @Sendable (ProcessStream, ArraySlice<UInt8>) -> Void = { stream, bytes in
    let file = stream == .output ? FileHandle.standardOutput : FileHandle.standardError
    let isTerminal = isatty(file.fileDescriptor) == 1
    try? file.write(
      contentsOf: isTerminal
        ? Data(String(decoding: bytes, as: UTF8.self).harmless.utf8) : Data(bytes))
  }

  /// Tells an event; of the effects of the run, all that is to be seen, unless they are asked about.
  private func tell(_ event: Event, _ goal: Goal) {
    narrator.tell(event)
    guard narrator.manner == .words, case .reviewed(let summary, _, let unpermitted) = event.body,
      unpermitted == 0 || !mayAsk
    else { return }
    show(summary, goal)
  }

  private func show(_ summary: EffectSummary, _ goal: Goal) {
    guard let effects = try? office.effects(summary) else { return }
    let table = EffectTable(effects) { !goal.permissions.allow($0) }
    for line in table.lines { Narrator.say(line) }
    if effects.count > 1 { Narrator.say(summary.words) }
  }

  /// Asks the person, with the effects in view.
  private func answer(_ question: Question, _ machine: RunMachine) async throws {
    guard case .reviewed(let summary, _) = machine.phase, let goal = machine.goal else { return }
    show(summary, goal)
    let allows = Prompt.yes("Commit this to \(goal.directory)?")
    let answer = Answer(
      question: question.number, allows: allows, by: NSUserName(), preview: summary.digest)
    try await decide(.answered(answer), machine)
  }

  /// Ctrl-C: what is under way is dropped; the run ends, or waits to be taken up again.
  private func interrupted() async throws -> ExitStatus {
    guard endsWhenInterrupted else {
      Narrator.say("interrupted: `orrery resume \(run)` goes on")
      return .interrupted
    }
    // The task is cancelled; what is left to do is not.
    return try await Task.detached {
      let machine = try RunMachine(try await office.journal.events(of: run, after: 0))
      // Where it can not be stopped any more, its commit goes on to its end.
      try await self.decide(.cancelled(by: NSUserName()), machine)
      return try await self.carryOn()
    }.value
  }

  /// What was done so far is gone: the run ends, where it still can.
  private func giveUp(_ loss: WorkspaceError) async throws {
    let machine = try RunMachine(try await office.journal.events(of: run, after: 0))
    guard let event = try await office.decide(.cancelled(by: "\(loss)"), of: run, machine) else {
      throw loss
    }
    narrator.tell(event)
  }

  private func decide(_ body: Event.Body, _ machine: RunMachine) async throws {
    if let event = try await office.decide(body, of: run, machine) { narrator.tell(event) }
  }

  /// Says how it ended, with what there is to see.
  private func close(_ ending: Event.Ending) -> ExitStatus {
    if narrator.manner == .words {
      let isKept = ending == .verified || ending == .unverified
      let more = isKept ? "undo with: orrery undo \(run)" : "see: orrery show \(run)"
      Narrator.say("\(ending.sentence) (\(more))")
    }
    return ending.status
  }
}
