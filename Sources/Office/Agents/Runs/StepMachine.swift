// What a step of a run is up to.
public import Events

/// What a step is up to: one attempt after another, until one is kept or none is left.
public struct StepMachine: Sendable, Equatable {
  /// The step.
  public let step: Step
  /// Where its attempt is.
  public internal(set) var state = State.waiting
  /// The number of its attempt, from 1 on.
  public internal(set) var attempt = 1
  /// How often a process died while it was under way.
  public internal(set) var interruptions = 0
  /// How often its outcome was a surprise.
  public internal(set) var surprises = 0
  /// What was last expected of it.
  public internal(set) var forecast: Forecast?
  /// What last came of it.
  public internal(set) var outcome: Outcome?
  /// What was last reserved for it, until that is settled.
  public internal(set) var reserved: Spending?

  /// States of an attempt.
  public enum State: Sendable, Equatable {
    case waiting
    case proposed(Action)
    case foreseen(Action)
    case permitted(Action)
    case running(Action)
    case executed(Action)
    case verified
    case refuted(Event.Ending, reason: String)
    case done
    case failed(Event.Ending, reason: String)
  }

  /// A second surprise trips the breaker, and a third death makes a step poison: neither is tried again.
  static let surprisesMax = 1
  static let interruptionsMax = 2

  init(_ step: Step) { self.step = step }

  /// Whether something of it exists that a crash would leave behind.
  var isUnderWay: Bool {
    switch state {
    case .running, .executed, .verified, .refuted: true
    default: false
    }
  }

  /// Takes what happened to the step; false where that can not be.
  mutating func follow(_ body: Event.Body) -> Bool {
    switch (state, body) {
    case (.waiting, .proposed(_, let attempt, let action)) where attempt == self.attempt:
      state = .proposed(action)
    case (.proposed(let action), .forecast(_, let forecast)):
      self.forecast = forecast
      state = .foreseen(action)
    case (.foreseen(let action), .permitted(_, let reserved)):
      self.reserved = reserved
      state = .permitted(action)
    case (.foreseen, .denied(_, let reason)):
      state = .failed(.denied, reason: reason)
    case (.permitted(let action), .started(_, let attempt)) where attempt == self.attempt:
      state = .running(action)
    case (.running(let action), .executed(_, let outcome)):
      self.outcome = outcome
      state = .executed(action)
    case (.executed, .surprised(_, let what)):
      surprises += 1
      state = .refuted(.failed, reason: what)
    case (.executed, .verified):
      state = .verified
    case (.executed, .refuted(_, let evidence, let reason)),
      (.running, .refuted(_, let evidence, let reason)):
      state = .refuted(evidence.isEmpty ? .failed : .refuted, reason: reason)
    case (.verified, .kept):
      state = .done
    // Nobody's failure: it was interrupted, or others have touched the same.
    case (.running, .rolledBack(_, let reason)), (.executed, .rolledBack(_, let reason)),
      (.verified, .rolledBack(_, let reason)):
      interruptions += 1
      state =
        interruptions > Self.interruptionsMax
        ? .failed(.failed, reason: "it was interrupted \(interruptions) times: \(reason)")
        : .waiting
    case (.refuted(let ending, let reason), .rolledBack):
      again(or: ending, reason)
    default: return false
    }
    return true
  }

  private mutating func again(or ending: Event.Ending, _ reason: String) {
    if attempt <= step.retries, surprises <= Self.surprisesMax {
      attempt += 1
      state = .waiting
    } else {
      state = .failed(ending, reason: reason)
    }
  }
}
