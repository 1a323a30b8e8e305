// What is wanted of a world: steps, what they may do, and how anyone can tell that it is done.
public import Basics

/// Names of runs.
public enum RunMark {}

/// The name of a run.
public typealias RunID = ID<RunMark>

/// What a run is for. It is fixed when the run begins.
public struct Goal: Sendable, Hashable, Codable {
  /// In words, for people.
  public var title: String
  /// The directory that is the world, absolute.
  public var directory: String
  /// What is to be done, in an order that their needs leave open.
  public var steps: [Step]
  /// What must hold in the end for the goal to be reached.
  public var acceptance: [Check]
  /// What the run may do to the world, all steps together.
  public var permissions: Permissions
  /// What the run may spend, all steps together.
  public var budget: Budget
  /// Whether everything is done but the commit.
  public var isRehearsal: Bool

  /// A goal of these parts.
  public init(
    title: String, directory: String, steps: [Step], acceptance: [Check] = [],
    permissions: Permissions = Permissions(), budget: Budget = Budget(), isRehearsal: Bool = false
  ) {
    self.title = title
    self.directory = directory
    self.steps = steps
    self.acceptance = acceptance
    self.permissions = permissions
    self.budget = budget
    self.isRehearsal = isRehearsal
  }
}

/// One part of a goal.
public struct Step: Sendable, Hashable, Codable {
  /// Its name within the goal.
  public var name: String
  /// The steps that must be done before.
  public var needs: [String]
  /// What is done.
  public var action: Action
  /// What is expected of it, where that was declared.
  public var expectation: Expectation?
  /// What it may do, where that is less than what the run may.
  public var permissions: Permissions?
  /// What must hold after it.
  public var acceptance: [Check]
  /// How often it is tried again after a failure.
  public var retries: Int
  /// Bounds of one attempt.
  public var limits: Limits

  /// A step of these parts.
  public init(
    name: String, needs: [String] = [], action: Action, expectation: Expectation? = nil,
    permissions: Permissions? = nil, acceptance: [Check] = [], retries: Int = 0,
    limits: Limits = Limits()
  ) {
    self.name = name
    self.needs = needs
    self.action = action
    self.expectation = expectation
    self.permissions = permissions
    self.acceptance = acceptance
    self.retries = retries
    self.limits = limits
  }
}

/// A use of a tool.
public struct Action: Sendable, Hashable, Codable {
  /// The name of the tool.
  public var tool: String
  /// What the tool is told; its schema says of which form.
  public var input: JSON

  /// A use of a tool.
  public init(tool: String, input: JSON) {
    self.tool = tool
    self.input = input
  }
}

/// What can be looked at to tell whether something is done.
public enum Check: Sendable, Hashable, Codable {
  /// Something is at a path.
  case exists(Path)
  /// Nothing is at a path.
  case absent(Path)
  /// A file contains a text.
  case contains(Path, text: String)
  /// A file is a text, byte for byte.
  case equals(Path, text: String)
  /// A file is JSON of a form (a JSON schema).
  case conforms(Path, schema: JSON)
  /// A command of the shell ends with status 0, in a clean process.
  case succeeds(command: String)
}

/// What may be done. What is not allowed is refused, or asked for where there is someone to ask.
public struct Permissions: Sendable, Hashable, Codable {
  /// Paths that may be created or changed.
  public var write: [Glob]
  /// Paths that may be deleted or renamed away.
  public var delete: [Glob]
  /// Hosts that may be reached through the proxy: `example.org`, `*.example.org`, `host:port`, each
  /// perhaps after methods, `GET,HEAD example.org`.
  public var reach: [String]
  /// Absolute directories outside of the world that may be read, besides the system's own.
  public var read: [String]
  /// Names of environment variables that the commands get as they are.
  public var environment: [String]
  /// Names of environment variables whose values are secrets: commands get placeholders, and the
  /// proxy puts the values in on the way to the host of each.
  public var secrets: [String: String]

  /// Permissions of these parts; nothing by default.
  public init(
    write: [Glob] = [], delete: [Glob] = [], reach: [String] = [], read: [String] = [],
    environment: [String] = [], secrets: [String: String] = [:]
  ) {
    self.write = write
    self.delete = delete
    self.reach = reach
    self.read = read
    self.environment = environment
    self.secrets = secrets
  }

  /// Whether a variable acts on how programs are loaded, and so on the sandbox itself.
  public static func actsOnLoaders(_ name: String) -> Bool {
    name.hasPrefix("LD_") || name.hasPrefix("DYLD_")
      || ["GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "MALLOC_TRACE"].contains(name)
  }

  /// What can not be permitted, in a sentence; nil where all of it can.
  public var problem: String? {
    for name in environment + secrets.keys.sorted() where Self.actsOnLoaders(name) {
      return "\(name) can not be passed on: it would act on the sandbox itself"
    }
    for directory in read {
      guard directory.hasPrefix("/"), !directory.split(separator: "/").contains("..") else {
        return "'\(directory)' is no absolute directory that can be read"
      }
      for place in ["/proc", "/sys", "/dev", "/run", "/tmp", "/etc", "/usr", "/var/run"]
      where (directory + "/").hasPrefix(place + "/") || (place + "/").hasPrefix(directory + "/")
        || directory == "/"
      {
        return "\(directory) can not be read as a whole: a sandbox has its own \(place)"
      }
    }
    return nil
  }

  /// Whether an effect is allowed. Nobody may make a program that runs as its owner or its group but
  /// by a person's own word.
  public func allow(_ effect: Effect) -> Bool {
    !effect.raisesRights
      && (effect.writes.map { path in write.contains { $0.matches(path) } } ?? true)
      && (effect.removes.map { path in delete.contains { $0.matches(path) } } ?? true)
  }
}

/// What a run may spend.
public struct Budget: Sendable, Hashable, Codable {
  /// Seconds of work, waiting for people not counted.
  public var seconds: Double
  /// Uses of tools.
  public var calls: Int

  /// A budget; an hour and a thousand calls by default.
  public init(seconds: Double = 3_600, calls: Int = 1_000) {
    self.seconds = seconds
    self.calls = calls
  }
}

/// Bounds of one command, with which it is stopped.
public struct Limits: Sendable, Hashable, Codable {
  /// Seconds on the clock.
  public var seconds: Double
  /// Bytes of memory, all its processes together.
  public var memory: Int
  /// Processes and threads at a time.
  public var processes: Int
  /// Bytes of output that are kept of each stream; the rest is counted and dropped.
  public var output: Int
  /// Bytes that it may write into the fork.
  public var disk: Int
  /// Files that it may write into the fork.
  public var files: Int

  /// Bounds; generous ones by default.
  public init(
    seconds: Double = 600, memory: Int = 4 << 30, processes: Int = 512, output: Int = 16 << 20,
    disk: Int = 8 << 30, files: Int = 200_000
  ) {
    self.seconds = seconds
    self.memory = memory
    self.processes = processes
    self.output = output
    self.disk = disk
    self.files = files
  }
}

extension Check: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exists(let path): "\(path) exists"
    case .absent(let path): "\(path) does not exist"
    case .contains(let path, let text): "\(path) contains '\(text)'"
    case .equals(let path, let text): "\(path) is '\(text)'"
    case .conforms(let path, _): "\(path) has the form that is asked for"
    case .succeeds(let command): "`\(command)` succeeds"
    }
  }
}
