// What a single command may do, said by options.
import Agents
import ArgumentParser
import Events
import Foundation

/// What a command is to do, and what it may.
struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("The directory. (default: this one)", valueName: "directory"))
  var directory = "."

  @Option(
    name: .customLong("accept"),
    help: ArgumentHelp(
      "What must hold in the end: exists:PATH, absent:PATH, contains:PATH:TEXT, equals:PATH:TEXT, or a command that must succeed.",
      valueName: "check"))
  var accept: [String] = []

  @Option(
    name: .customLong("may-write"),
    help: ArgumentHelp("Paths that may be created or changed, such as 'src/**'.", valueName: "glob")
  )
  var mayWrite: [String] = []

  @Option(
    name: .customLong("may-delete"),
    help: ArgumentHelp("Paths that may be deleted or renamed away.", valueName: "glob"))
  var mayDelete: [String] = []

  @Option(
    name: .customLong("may-reach"),
    help: ArgumentHelp(
      "Hosts that may be reached: example.org, '*.example.org', 'GET,HEAD example.org'.",
      valueName: "host"))
  var mayReach: [String] = []

  @Option(
    name: .customLong("may-read"),
    help: ArgumentHelp(
      "Directories that may be read besides the system's own.", valueName: "directory"))
  var mayRead: [String] = []

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp("Environment variables that are passed on.", valueName: "name"))
  var environment: [String] = []

  @Option(
    name: .customLong("secret"),
    help: ArgumentHelp(
      "Environment variables whose values only one host gets: the command sees a placeholder.",
      valueName: "name=host"))
  var secrets: [String] = []

  @Option(
    help: ArgumentHelp(
      "Bounds: time, memory, processes, output, disk, files; such as time=5m,memory=2GB.",
      valueName: "bounds"))
  var budget: String?

  @Option(
    name: .customLong("expect"),
    help: ArgumentHelp(
      "Paths that it is expected to touch, and no others; anything else is a surprise.",
      valueName: "glob"))
  var expect: [String] = []

  @Option(help: ArgumentHelp("Try again after a failure, so often.", valueName: "count"))
  var retries = 0

  /// Whether any of them was given.
  var areSet: Bool {
    directory != "." || budget != nil || retries != 0
      || !(accept + mayWrite + mayDelete + mayReach + mayRead + environment + secrets + expect)
        .isEmpty
  }

  /// The goal of running a command.
  func goal(of command: [String]) throws -> Goal {
    let (limits, seconds) = try bounds()
    let step = Step(
      name: "command", action: .run(program: command),
      expectation: expect.isEmpty ? nil : Expectation(touches: try globs(expect, "--expect")),
      retries: retries, limits: limits)
    return try goal(title: command.joined(separator: " "), steps: [step], seconds: seconds)
  }

  /// A goal without steps: somebody proposes them one by one.
  func openGoal() throws -> Goal {
    try goal(title: "what somebody proposes", steps: [], seconds: try bounds().seconds)
  }

  private func goal(title: String, steps: [Step], seconds: Double?) throws -> Goal {
    guard (0...100).contains(retries) else {
      throw ValidationError("--retries \(retries) is not from 0 to 100")
    }
    var goal = Goal(title: title, directory: try Self.absolute(directory), steps: steps)
    goal.acceptance = try accept.map { text in
      do throws(CheckError) { return try Check(text) } catch {
        throw ValidationError("--accept: \(error.reason)")
      }
    }
    goal.permissions = Permissions(
      write: try globs(mayWrite, "--may-write"), delete: try globs(mayDelete, "--may-delete"),
      reach: mayReach, read: try mayRead.map(Self.absolute), environment: environment,
      secrets: try named(secrets))
    if let problem = goal.permissions.problem { throw ValidationError(problem) }
    if let seconds { goal.budget.seconds = seconds * Double(retries + 1) }
    return goal
  }

  /// A directory that exists, absolute.
  static func absolute(_ path: String) throws -> String {
    let absolute = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: absolute, isDirectory: &isDirectory) else {
      throw Failure(status: .missingInput, sentence: "there is no directory \(path)")
    }
    guard isDirectory.boolValue else {
      throw Failure(status: .badInput, sentence: "\(path) is no directory")
    }
    guard access(absolute, R_OK | X_OK) == 0 else {
      throw Failure(status: .badInput, sentence: "\(path) can not be read: \(systemReason())")
    }
    return absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
  }

  private func globs(_ texts: [String], _ option: String) throws -> [Glob] {
    try texts.map { text in
      guard let glob = Glob(text) else {
        throw ValidationError(
          "\(option) '\(text)' is no pattern of paths: write it relative to the directory")
      }
      return glob
    }
  }

  private func named(_ texts: [String]) throws -> [String: String] {
    var pairs: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw ValidationError("--secret '\(text)' is not of the form NAME=HOST")
      }
      pairs[parts[0]] = parts[1]
    }
    return pairs
  }

  private func bounds() throws -> (limits: Limits, seconds: Double?) {
    var limits = Limits()
    var seconds: Double?
    for part in (budget ?? "").split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2 else {
        throw ValidationError("--budget '\(part)' is not of the form name=bound")
      }
      let (name, text) = (pair[0], pair[1])
      switch name {
      case "time":
        guard let time = Quantity.seconds(text) else { throw Self.noBound(name, text, "5m") }
        limits.seconds = time
        seconds = time
      case "memory", "output", "disk":
        guard let bytes = Quantity.bytes(text) else { throw Self.noBound(name, text, "2GB") }
        switch name {
        case "memory": limits.memory = bytes
        case "output": limits.output = bytes
        default: limits.disk = bytes
        }
      case "processes", "files":
        guard let count = Int(text), (1...100_000_000).contains(count) else {
          throw Self.noBound(name, text, "100")
        }
        if name == "files" { limits.files = count } else { limits.processes = count }
      default:
        throw ValidationError(
          "--budget: unknown bound '\(name)'; known are time, memory, processes, output, disk, files"
        )
      }
    }
    return (limits, seconds)
  }

  private static func noBound(_ name: String, _ text: String, _ example: String) -> ValidationError
  {
    ValidationError("--budget: '\(text)' is no bound of \(name); write \(name)=\(example)")
  }
}

/// The reason of the last call that failed, in the system's words.
func systemReason() -> String { String(cString: strerror(errno)) }
