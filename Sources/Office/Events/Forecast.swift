// What is expected before an act, and what came of it.

/// What was declared of a step: a contract that its outcome is held against.
public struct Expectation: Sendable, Hashable, Codable {
  /// Patterns of every path that it may create, change or delete; nil where nothing was said.
  public var touches: [Glob]?
  /// The status it ends with.
  public var status: Int32
  /// The most seconds it takes.
  public var seconds: Double?

  /// An expectation; by default, that it succeeds.
  public init(touches: [Glob]? = nil, status: Int32 = 0, seconds: Double? = nil) {
    self.touches = touches
    self.status = status
    self.seconds = seconds
  }
}

/// What a forecaster says will come of an action.
public struct Forecast: Sendable, Hashable, Codable {
  /// Where it comes from.
  public var source: Source
  /// The probability that it ends with status 0.
  public var success: Double
  /// Patterns of every path that will be touched; nil where the forecaster can not tell.
  public var touches: [Glob]?
  /// The most seconds that it takes; nil where the forecaster can not tell.
  public var seconds: Double?

  /// Kinds of forecasters.
  public enum Source: String, Sendable, Hashable, Codable { case declared, rehearsed, prior }

  /// A forecast of these parts.
  public init(source: Source, success: Double, touches: [Glob]? = nil, seconds: Double? = nil) {
    precondition((0...1).contains(success), "\(success) is no probability")
    self.source = source
    self.success = success
    self.touches = touches
    self.seconds = seconds
  }
}

/// What an action really did.
public struct Outcome: Sendable, Hashable, Codable {
  /// How the process ended.
  public var ending: Ending
  /// What it did to the fork. The effects themselves lie in the content store, by the digest.
  public var effects: EffectSummary
  /// Its standard output and its errors, in the content store.
  public var output: Captured
  /// What it wrote to its standard error.
  public var errors: Captured
  /// How long it took, in seconds.
  public var seconds: Double
  /// What wanted out of the sandbox, the first of it.
  public var passages: [Passage]

  /// How a process can end.
  public enum Ending: Sendable, Hashable, Codable {
    /// By itself, with a status.
    case exited(Int32)
    /// By a signal.
    case signalled(Int32)
    /// By us, because it reached a bound: "seconds", "memory", "disk" or "files".
    case stopped(bound: String)
    /// Not at all: it could not be begun, for this reason.
    case refused(reason: String)
  }

  /// A stream of output.
  public struct Captured: Sendable, Hashable, Codable {
    /// The hash of what was kept, which names it in the content store.
    public var digest: Digest
    /// Bytes kept.
    public var kept: Int
    /// Bytes written by the process, kept or not.
    public var written: Int

    /// A stream of which these bytes were kept.
    public init(digest: Digest, kept: Int, written: Int) {
      self.digest = digest
      self.kept = kept
      self.written = written
    }
  }

  /// An outcome of these parts.
  public init(
    ending: Ending, effects: EffectSummary, output: Captured, errors: Captured, seconds: Double,
    passages: [Passage] = []
  ) {
    self.ending = ending
    self.effects = effects
    self.output = output
    self.errors = errors
    self.seconds = seconds
    self.passages = passages
  }

  /// Whether the process says that all went well. That is a claim.
  public var isClaimed: Bool { ending == .exited(0) }
}

extension Outcome.Ending: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exited(let status): "it ended with status \(status)"
    case .signalled(let signal): "signal \(signal) ended it"
    case .stopped(let bound): "it was stopped at its bound of \(bound)"
    case .refused(let reason): reason
    }
  }
}

/// What was seen when something was checked.
public struct Evidence: Sendable, Hashable, Codable {
  /// What was checked.
  public var check: Check
  /// Whether it holds.
  public var holds: Bool
  /// What was seen, in one sentence.
  public var seen: String

  /// What was seen of a check.
  public init(check: Check, holds: Bool, seen: String) {
    self.check = check
    self.holds = holds
    self.seen = seen
  }
}
