// One run, carried through by this process.
import Agents
import Basics
import Egress
import Events
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
      } catch let error where error is CancellationError || Task.isCancelled {
        return try await interrupted()
      }
      if case .finished(let ending) = machine.phase { return close(ending) }
      if let question = machine.question {
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
    let record = try await office.journal.run(named: run.description)
    let machine = try await office.supervisor.attend(run, last: record.lease) { lease in
      let events = try await office.journal.events(of: run, after: 0)
      let machine = try RunMachine(events)
      guard let goal = machine.goal else { return machine }
      let workspace = try ForkedWorkspace(
        run, of: goal.directory, kept: machine.kept, forks: office.forks,
        settings: .init(
          permissions: goal.permissions, sandbox: sandbox, vault: try vault(goal),
          inheritsInput: inheritsInput,
          store: { try office.contents.put($0) },
          listener: narrator.manner == .words ? Self.pass : nil))
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

  /// The secrets that the goal names, from this program's environment.
  private func vault(_ goal: Goal) throws -> Vault {
    var random = SystemRandomNumberGenerator()
    return try Vault(
      goal.permissions.secrets, environment: ProcessInfo.processInfo.environment, random: &random)
  }

  /// Passes on what a command writes.
  private static let pass: @Sendable (ProcessStream, ArraySlice<UInt8>) -> Void = { stream, bytes in
    let file = stream == .output ? FileHandle.standardOutput : FileHandle.standardError
    try? file.write(contentsOf: Data(bytes))
  }

  /// Tells an event; of the effects of the run, all that is to be seen.
  private func tell(_ event: Event, _ goal: Goal) {
    narrator.tell(event)
    guard narrator.manner == .words, case .reviewed(let summary, _, _) = event.body,
      let effects = try? office.effects(summary)
    else { return }
    let table = EffectTable(effects) { !goal.permissions.allow($0) }
    for line in table.lines { Narrator.say(line) }
    if effects.count > 1 { Narrator.say(summary.words) }
  }

  /// Asks the person, to whom the effects were just shown.
  private func answer(_ question: Question, _ machine: RunMachine) async throws {
    guard case .reviewed(let summary, _) = machine.phase, let goal = machine.goal else { return }
    let allows = Prompt.yes("Commit this to \(goal.directory)?")
    let answer = Answer(
      question: question.number, allows: allows, by: NSUserName(), preview: summary.digest)
    narrator.tell(try await office.decide(.answered(answer), of: run, after: machine.length))
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
      var after = machine
      // Where it can not be stopped any more, its commit goes on to its end.
      if (try? after.take(.cancelled(by: NSUserName()))) != nil {
        narrator.tell(
          try await office.decide(
            .cancelled(by: NSUserName()), of: run, after: machine.length))
      }
      return try await self.carryOn()
    }.value
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
