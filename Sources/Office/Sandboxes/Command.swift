// A command, and how its process ended.
public import Events

/// What is run in a sandbox.
public struct Command: Sendable, Hashable {
  /// The program, by its path or by a name that is looked for in PATH, and its arguments.
  public var words: [String]
  /// Where in the world it starts.
  public var directory: Path
  /// Variables that it gets besides those that every command gets.
  public var environment: [String: String]
  /// Whether it reads what orrery would read, such as a terminal. Otherwise it reads nothing.
  public var inheritsInput: Bool

  /// A program with its arguments.
  public init(
    _ words: [String], directory: Path = .root, environment: [String: String] = [:],
    inheritsInput: Bool = false
  ) {
    precondition(!words.isEmpty, "a command has at least one word")
    self.words = words
    self.directory = directory
    self.environment = environment
    self.inheritsInput = inheritsInput
  }

  /// A line for the shell.
  public static func shell(_ line: String, directory: Path = .root) -> Command {
    Command(["/bin/sh", "-c", line], directory: directory)
  }
}

/// What came of a command. What it did to the world is in the fork.
public struct ProcessOutcome: Sendable, Hashable {
  /// How it ended. Bounds are "seconds", "memory", "disk", "files", and, where no control group counts
  /// and the kernel does not for root, "processes".
  public var ending: Outcome.Ending
  /// What it wrote to its standard output.
  public var output: Capture
  /// What it wrote to its standard error.
  public var errors: Capture
  /// How long it took, from before the first process to after the last.
  public var seconds: Double
}

/// The beginning and the end of what a process wrote to a stream.
public struct Capture: Sendable, Hashable {
  /// What was kept: all of it, or a beginning and an end.
  public var bytes: [UInt8]
  /// Bytes that were written, kept or not.
  public var written: Int
  /// Where in `bytes` some are missing; nil where none are.
  public var gap: Int?
}

/// The streams of a process.
public enum ProcessStream: Sendable, Hashable { case output, errors }
