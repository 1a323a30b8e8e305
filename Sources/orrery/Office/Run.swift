// orrery run: a command, or a goal of several steps, as a transaction on a directory.
import Agents
import ArgumentParser
import Egress
import Events
import Foundation
import Sandboxes
import Storage

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Runs a command in a fork of a directory, and commits what it did if that is true and allowed.",
    usage: """
      orrery run [--in DIR] [--accept CHECK] [--may-write GLOB] [--may-delete GLOB] -- COMMAND ARGS...
      orrery run PLAN.yaml
      orrery run [--in DIR] ...
      """,
    discussion: """
      The command runs isolated, in a copy-on-write fork of the directory. What it did is shown, held \
      against what it may, and checked; then all of it is committed, or none. Without a command, you \
      are asked for one after another, and everything is committed at the end.

      Where there is a terminal, you are asked about effects that lack permission; elsewhere they are \
      denied. What the command writes goes to standard output and standard error as it comes, and what \
      Orrery has to say to standard error; its last line says what became of the directory.

      Status: 0 committed (or rehearsed), 1 the command failed, 3 it claimed to be done and the checks \
      say otherwise, 4 it lacks permission, 5 the directory has changed meanwhile, 6 a person has to \
      look, 69 this machine can not isolate it, 75 it waits, 130 interrupted.
      """)

  @Argument(help: "A goal file; see the README for what it says.")
  var plan: String?

  @OptionGroup var options: RunOptions

  @Flag(help: "Do everything but the commit.")
  var dryRun = false

  @Flag(help: "Try each command in a layer that is thrown away first, and forecast from that.")
  var rehearse = false

  @Flag(help: "Commands read this program's standard input; otherwise they read nothing.")
  var stdin = false

  @OptionGroup var state: StateOption

  @Flag(help: "Write the events to standard output, as JSON Lines. Nobody is asked.")
  var json = false

  @Argument(parsing: .postTerminator, help: "The command and its arguments.")
  var command: [String] = []

  func run() async throws {
    let goal = try goal()
    let mayAsk = !json && !stdin && Prompt.isPossible
    if goal.steps.isEmpty && !mayAsk {
      throw ValidationError(
        "there is nothing to run: write a command after --, or name a goal file")
    }
    try state.requireApart(from: [goal.directory] + goal.permissions.read)
    let office = try Office(state)
    let sandbox = try Sandbox(remembering: state.directory + "/sandbox")
    // What can not work is found before anything is on record.
    _ = try AllowList(goal.permissions.reach)
    _ = try Session.vault(goal)
    let narrator = Narrator(manner: json ? .jsonLines : .words)
    let began = try await office.begin(goal)
    narrator.tell(began)
    var session = Session(
      office: office, sandbox: sandbox, run: began.run, narrator: narrator,
      mayAsk: mayAsk, forecaster: rehearse ? .rehearsed : .declared)
    session.endsWhenInterrupted = plan == nil
    session.inheritsInput = stdin
    if goal.steps.isEmpty { session.proposer = Person(limits: Limits()) }
    try await Interruptible.run { [session] in try await session.carryOn() }.exit()
  }

  private func goal() throws -> Goal {
    guard let plan else {
      var goal = command.isEmpty ? try options.openGoal() : try options.goal(of: command)
      goal.isRehearsal = dryRun
      return goal
    }
    guard command.isEmpty else {
      throw ValidationError(
        "'\(plan)' stands before --, where only a goal file can; write: orrery run -- \(plan) …")
    }
    guard !options.areSet else {
      throw ValidationError(
        "a goal file says what its steps may and must: options beside it would be ignored")
    }
    var goal = try Self.read(plan)
    goal.directory = try RunOptions.absolute(goal.directory)
    goal.isRehearsal = dryRun
    return goal
  }

  /// The goal that a file says, whose tools are known.
  static func read(_ file: String) throws -> Goal {
    let url = URL(filePath: file).standardizedFileURL
    let text: String
    do {
      text = try String(contentsOf: url, encoding: .utf8)
    } catch {
      let isThere = FileManager.default.fileExists(atPath: file)
      throw Failure(
        status: isThere ? .badInput : .missingInput,
        sentence: isThere ? "\(file) can not be read as text" : "there is no file \(file)")
    }
    do throws(GoalFileError) {
      let goal = try GoalFile.read(
        text, folder: url.deletingLastPathComponent().path(percentEncoded: false),
        title: url.deletingPathExtension().lastPathComponent)
      for step in goal.steps {
        if let problem = Toolbox.office.problem(with: step.action) {
          throw GoalFileError(line: 0, reason: "step '\(step.name)': \(problem)")
        }
      }
      return goal
    } catch {
      throw Failure(status: .badInput, sentence: "\(file): \(error)")
    }
  }
}

extension ExitStatus {
  /// Ends the program with this status, unless it is that of success.
  func exit() throws { if self != .success { throw ExitCode(rawValue) } }
}
