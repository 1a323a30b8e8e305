// What a run is up to, computed from its events alone.
public import Events

/// What a run is up to. It does nothing, and knows neither clock nor chance: events go in, and what is
/// to be done next comes out. Every prefix of a journal has a next command, so that a run can be
/// continued wherever it was interrupted.
///
///     working ─► claimed ─► judged ─► reviewed ─► (asking) ─► committing ─► committed ─► finished
///        │          │          │          │           │            │
///        └──────────┴──────────┴─ leaving ┴───────────┴────────────┴─► discarded ────► finished
public struct RunMachine: Sendable, Equatable {
  /// How many events it has taken.
  public private(set) var length = 0
  /// What the run is for; nil before it began.
  public internal(set) var goal: Goal?
  /// The steps, those of the goal first.
  public internal(set) var steps: [StepMachine] = []
  /// What is done with the run as a whole.
  public internal(set) var phase = Phase.unborn
  /// What was spent, and what is reserved for steps that are not settled.
  public internal(set) var spent = Spending()
  /// What was granted besides the goal's budget.
  public internal(set) var granted = Spending()
  /// The question that is open, if any.
  public internal(set) var question: Question?
  /// How many questions were asked.
  public internal(set) var questions = 0
  /// Why nothing is begun, if so.
  public internal(set) var pause: String?
  /// What was seen when the goal was judged.
  public internal(set) var evidence: [Evidence] = []
  /// Whether the run was taken back after its commit.
  public internal(set) var isReverted = false

  /// Phases of a run.
  public enum Phase: Sendable, Equatable {
    /// It has not begun.
    case unborn
    /// Its steps are under way.
    case working
    /// It is given up: what is under way is dropped, and then the fork.
    case leaving(Event.Ending, reason: String)
    /// All steps say that they are done.
    case claimed
    /// The world says so too.
    case judged
    /// Its effects were looked at, and so many of them lack permission.
    case reviewed(EffectSummary, unpermitted: Int)
    /// The effects are being brought into the world.
    case committing(EffectSummary)
    /// They are there.
    case committed(EffectSummary)
    /// The fork is gone.
    case discarded(Event.Ending)
    /// The end.
    case finished(Event.Ending)
  }

  /// What is to be done next. Commands of different steps may be performed at the same time.
  public enum Command: Sendable, Equatable {
    /// Propose an action for a step.
    case propose(step: String)
    /// Propose a further step, or claim that the goal is reached.
    case proposeMore
    /// Say what will come of it.
    case forecast(step: String)
    /// Decide whether it may be tried, and reserve what it may cost.
    case permit(step: String)
    /// Write that it begins, and do it.
    case execute(step: String)
    /// It had begun when a process died: see what became of it.
    case recover(step: String)
    /// Compare what came of it with what was expected, and run its checks.
    case verify(step: String)
    /// Keep what it did in the run's fork.
    case keep(step: String)
    /// Drop what it did.
    case rollBack(step: String, reason: String)
    /// Run the checks of the goal.
    case judge
    /// Look at the effects of the run.
    case review
    /// Decide whether they may be committed.
    case permitCommit(EffectSummary, unpermitted: Int)
    /// Bring them into the world, or finish doing so.
    case commit(EffectSummary)
    /// Drop the fork.
    case discard(reason: String)
    /// Write how it ended.
    case finish(Event.Ending)
    /// Wait for an answer.
    case awaitAnswer(Question)
    /// Nothing, until someone says otherwise.
    case rest
  }

  /// A run that has not begun.
  public init() {}

  /// A run with these events.
  public init(_ events: some Sequence<Event>) throws(RunMachineError) {
    for event in events { try apply(event) }
  }

  /// Takes the next event, or throws where it can not follow what there is.
  public mutating func apply(_ event: Event) throws(RunMachineError) {
    guard event.sequence == length else {
      throw RunMachineError(event: event.sequence, reason: "\(length) events came before it")
    }
    try take(event.body)
  }

  /// Takes the next event by what it says; `apply` checks its number too.
  public mutating func take(_ body: Event.Body) throws(RunMachineError) {
    var next = self
    guard next.follow(body) else {
      throw RunMachineError(event: length, reason: "it can not follow what came before: \(body)")
    }
    next.length += 1
    self = next
  }

  /// The state of a step; nil where there is none of this name.
  public subscript(step: String) -> StepMachine? { steps.first { $0.step.name == step } }

  /// The names of the steps whose work stays, in the order in which they were kept.
  public internal(set) var kept: [String] = []

  /// What may still be reserved.
  public var remaining: Spending {
    guard let budget = goal?.budget else { return Spending() }
    return Spending(
      seconds: budget.seconds + granted.seconds - spent.seconds,
      calls: budget.calls + granted.calls - spent.calls)
  }
}

/// Why an event can not belong to a run.
public struct RunMachineError: Error, Hashable, CustomStringConvertible {
  /// The number of the event.
  public var event: Int
  /// What is wrong, in words.
  public var reason: String

  public var description: String { "event \(event) can not belong to the run: \(reason)" }
}
