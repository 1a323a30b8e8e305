// orrery resume: goes on with what was interrupted.
import Agents
import ArgumentParser
import Basics
import Events
import Foundation
import Sandboxes
import Storage

struct Resume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Goes on with runs that were interrupted, paused, or wait for an answer.",
    discussion: "Without a name, with every open run that no process is at work on.")

  @Argument(help: "The run: its name, or the end of it.")
  var run: String?

  @Option(
    help: ArgumentHelp("What may be spent besides: time=10m,calls=100.", valueName: "amounts"))
  var budget: String?

  @Flag(help: "Give the runs up, and drop what they did.")
  var cancel = false

  @OptionGroup var state: StateOption

  @Flag(help: "Write the events to standard output, as JSON Lines. Nobody is asked.")
  var json = false

  func run() async throws {
    let adding = try amounts()
    let office = try Office(state)
    let sandbox = try Sandbox(remembering: state.directory + "/sandbox")
    let records: [RunRecord]
    if let run {
      let record = try await office.journal.run(named: run)
      if let ending = record.ending {
        throw Failure(
          status: .badInput, sentence: "run \(record.run) has ended: \(ending.sentence)")
      }
      records = [record]
    } else {
      records = try await office.journal.runs(onlyOpen: true).filter { $0.words == "open" }
      if records.isEmpty { Narrator.say("no run is open") }
    }
    var worst = ExitStatus.success
    for record in records {
      do {
        let status = try await carryOn(record, office, sandbox, adding)
        if status != .success { worst = status }
        if status == .interrupted { break }
      } catch  where run == nil {
        // One that can not go on keeps no other from it.
        Narrator.say("run \(record.run): \(error)")
        worst = .unavailable
      }
    }
    try worst.exit()
  }

  private func carryOn(
    _ record: RunRecord, _ office: Office, _ sandbox: Sandbox, _ adding: Spending?
  ) async throws -> ExitStatus {
    let events = try await office.journal.events(of: record.run, after: 0)
    let machine = try RunMachine(events)
    if cancel {
      let event = try await office.decide(.cancelled(by: NSUserName()), of: record.run, machine)
      if event == nil { Narrator.say("it is too late to give up run \(record.run): it goes on") }
    } else if let adding, machine.pause != nil {
      _ = try await office.decide(.resumed(adding: adding), of: record.run, machine)
    }
    let mayAsk = !json && Prompt.isPossible
    guard mayAsk || cancel || machine.goal?.steps.isEmpty == false || machine.phase != .working
    else {
      Narrator.say("run \(record.run) waits for what somebody proposes: resume it on a terminal")
      return .later
    }
    var session = Session(
      office: office, sandbox: sandbox, run: record.run,
      narrator: Narrator(manner: json ? .jsonLines : .words),
      mayAsk: mayAsk)
    if machine.goal?.steps.isEmpty == true && mayAsk { session.proposer = Person(limits: Limits()) }
    return try await Interruptible.run { [session] in try await session.carryOn() }
  }

  private func amounts() throws -> Spending? {
    guard let budget else { return nil }
    var adding = Spending()
    for part in budget.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      switch (pair.first, pair.last) {
      case ("time", let text?) where Quantity.seconds(text) != nil:
        adding.seconds = Quantity.seconds(text) ?? 0
      case ("calls", let text?) where Int(text).map((1...1_000_000).contains) == true:
        adding.calls = Int(text) ?? 0
      default:
        throw ValidationError("--budget '\(part)' is not of the form time=10m or calls=100")
      }
    }
    return adding
  }
}
