// What a world is to a learner: something to reset, to step, and to copy.

/// A world that can be stepped. It is a value: a copy is a snapshot, and stepping one leaves the
/// other alone. The same seed and actions give the same bits, on every machine.
///
/// `TestKit` holds the conformance kit that every world should pass.
public protocol Environment: Sendable {
  /// What it shows, what it takes, and how much time a step is.
  var spec: EnvironmentSpec { get }

  /// Begins the episode that `seed` names, and writes the first observation.
  ///
  /// - Parameter observation: `spec.observationCount` floats, laid out as `spec.modalities`.
  mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>)

  /// Takes one step and writes what is then seen.
  ///
  /// - Parameters:
  ///   - action: `spec.actions.count` floats; values out of range are clamped.
  ///   - observation: `spec.observationCount` floats.
  mutating func step(_ action: Span<Float>, observation: inout MutableSpan<Float>) -> Transition
}

/// What came of one step.
public struct Transition: Sendable, Hashable {
  /// The reward of this step.
  public var reward: Float
  /// The episode ended by its own rules: nothing comes after.
  public var terminated: Bool
  /// The episode was cut off by its time limit: something would have come after.
  public var truncated: Bool

  /// What came of one step.
  public init(reward: Float = 0, terminated: Bool = false, truncated: Bool = false) {
    self.reward = reward
    self.terminated = terminated
    self.truncated = truncated
  }

  /// Whether the episode goes on.
  public var goesOn: Bool { !terminated && !truncated }
}

/// The contract of a world: its modalities in the order of their layout, its actions, its clock.
public struct EnvironmentSpec: Sendable, Hashable, Codable {
  /// The name the world goes by in files and on the command line.
  public var name: String
  /// What is seen, in the order in which it lies in an observation.
  public var modalities: [Modality]
  /// What can be done.
  public var actions: ActionSpace
  /// Seconds a step.
  public var dt: Float
  /// Steps after which an episode is truncated.
  public var stepsMax: Int

  /// The contract of a world.
  public init(
    name: String, modalities: [Modality], actions: ActionSpace, dt: Float, stepsMax: Int
  ) {
    self.name = name
    self.modalities = modalities
    self.actions = actions
    self.dt = dt
    self.stepsMax = stepsMax
  }

  /// Floats of one observation.
  public var observationCount: Int { modalities.reduce(0) { $0 + $1.count } }

  /// Where a modality lies in an observation.
  public func range(of modality: String) -> Range<Int>? {
    var start = 0
    for candidate in modalities {
      if candidate.name == modality { return start..<start + candidate.count }
      start += candidate.count
    }
    return nil
  }
}

/// One kind of thing seen, such as "lidar".
public struct Modality: Sendable, Hashable, Codable {
  /// Its name.
  public var name: String
  /// Its extents, such as `[64]` beams or `[6, 4]` slots of four numbers.
  public var shape: [Int]
  /// What its numbers are.
  public var unit: String
  /// How its numbers behave.
  public var kind: Kind

  /// How the numbers of a modality behave.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Real numbers.
    case continuous
    /// Whole numbers that name something; each is one-hot or an index, as `unit` says.
    case symbolic
  }

  /// One kind of thing seen.
  public init(_ name: String, shape: [Int], unit: String, kind: Kind = .continuous) {
    self.name = name
    self.shape = shape
    self.unit = unit
    self.kind = kind
  }

  /// Floats it takes.
  public var count: Int { shape.reduce(1, *) }
}

/// What can be done in a world.
public enum ActionSpace: Sendable, Hashable, Codable {
  /// A real number in each range.
  case continuous([ClosedRange<Float>])
  /// One of `count` choices, given as a single float that holds its index.
  case discrete(Int)

  /// Floats of one action.
  public var count: Int {
    switch self {
    case .continuous(let ranges): ranges.count
    case .discrete: 1
    }
  }
}
