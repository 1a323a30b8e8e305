// What drives the robot.

public import Basics
public import Environments
public import WorldModels

/// Somebody who drives through one episode. Random, scripted, classical and learned minds are alike.
public protocol Policy: Sendable {
  /// Takes in an observation and writes the next action.
  mutating func act(
    on observation: Span<Float>, random: inout Random, action: inout MutableSpan<Float>)

  /// What was thought at the last decision, for replays and calibration; nil where nothing is.
  var thought: Thought? { get }

  /// What the last decision took.
  var effort: Effort { get }
}

extension Policy {
  /// Nothing is imagined unless a policy says otherwise.
  public var effort: Effort { Effort() }
}

/// What a decision took.
public struct Effort: Sendable, Hashable {
  /// Steps of robots that were imagined.
  public var imaginedSteps = 0
  /// Whether plans were searched for, beyond those that were proposed.
  public var didSearch = false

  /// Nothing at all.
  public init() {}
}

/// A policy that is shown the truth before each decision. Every table says that it is an oracle.
public protocol Oracle: Policy {
  /// Shows what is really so now.
  mutating func see(_ truth: Truth)
}

/// What a policy had in mind at a decision.
public struct Thought: Sendable {
  /// The plan: where it leads, from the next step on.
  public var plan: [Pose]
  /// The plan's commands.
  public var commands: Plan
  /// Standard deviation of the plan's positions, as far as the motion model can say, m.
  public var doubt: [Float]
  /// Where the best other plans would have led.
  public var others: [[Point]]
  /// Where movers may be.
  public var movers: [MoverFuture]

  /// What a policy had in mind.
  public init(
    plan: [Pose], commands: Plan, doubt: [Float], others: [[Point]], movers: [MoverFuture]
  ) {
    self.plan = plan
    self.commands = commands
    self.doubt = doubt
    self.others = others
    self.movers = movers
  }
}

/// Somebody to be compared with others: a name, and how to make a policy for a mission.
public struct Contender: Sendable {
  /// What tables call it.
  public let name: String
  /// Makes a policy for one episode.
  public let make: @Sendable (Mission, EnvironmentSpec) -> any Policy

  /// Somebody to be compared with others.
  public init(
    _ name: String, make: @escaping @Sendable (Mission, EnvironmentSpec) -> any Policy
  ) {
    self.name = name
    self.make = make
  }
}
