// How much a decision may cost.

/// What a planner may spend on one decision. The mind has no clock: whoever wants a limit of time
/// brings one.
public struct Budget: Sendable {
  /// Rounds of sampling at most.
  public var roundsMax: Int
  /// Seconds after which no further round begins.
  public var secondsMax: Double
  private let clock: (@Sendable () -> Double)?
  private var start: Double = 0

  /// This many rounds, however long they take.
  public init(rounds: Int) {
    precondition(rounds > 0, "a budget of \(rounds) rounds")
    roundsMax = rounds
    secondsMax = .infinity
    clock = nil
  }

  /// At most this many rounds, the first one in any case, as long as `clock` (seconds) allows.
  public init(rounds: Int, seconds: Double, clock: @escaping @Sendable () -> Double) {
    precondition(rounds > 0, "a budget of \(rounds) rounds")
    roundsMax = rounds
    secondsMax = seconds
    self.clock = clock
  }

  /// A decision begins.
  mutating func begin() { start = clock?() ?? 0 }

  /// Whether round `round` may begin.
  func allows(round: Int) -> Bool {
    if round == 0 { return true }
    guard round < roundsMax else { return false }
    guard let clock else { return true }
    return clock() - start < secondsMax
  }
}
