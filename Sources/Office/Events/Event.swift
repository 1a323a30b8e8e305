// What can happen to a run. Events are only ever added; whatever a run is follows from them.
public import Basics

/// One thing that happened to a run.
public struct Event: Sendable, Hashable, Codable {
  /// The run.
  public let run: RunID
  /// Its number in the run, from 0 on without gaps.
  public let sequence: Int
  /// When.
  public let at: Timestamp
  /// What.
  public let body: Body
  /// The link of the run's hash chain: see `Chain`.
  public let link: Digest

  /// An event of these parts.
  public init(run: RunID, sequence: Int, at: Timestamp, body: Body, link: Digest) {
    self.run = run
    self.sequence = sequence
    self.at = at
    self.body = body
    self.link = link
  }

  /// The closed vocabulary.
  public enum Body: Sendable, Hashable, Codable {
    /// Somebody wants something.
    case began(Goal)

    /// A step that the goal did not have: proposed while the run went on.
    case added(Step)
    /// An action is proposed for a step.
    case proposed(step: String, attempt: Int, Action)
    /// What is expected of it.
    case forecast(step: String, Forecast)
    /// It may be tried in the fork; this much is reserved for it.
    case permitted(step: String, reserved: Spending)
    /// A step may not be tried, or (without a step) the effects of the run may not be committed.
    case denied(step: String?, reason: String)
    /// It begins now: written before anything is done.
    case started(step: String, attempt: Int)
    /// It has ended: written after everything is done.
    case executed(step: String, Outcome)
    /// What came differs from what was expected.
    case surprised(step: String, what: String)
    /// Its acceptance checks hold in the fork.
    case verified(step: String, [Evidence])
    /// They do not.
    case refuted(step: String, [Evidence], reason: String)
    /// What it did stays in the run's fork.
    case kept(step: String)
    /// What it did is gone from the run's fork.
    case rolledBack(step: String, reason: String)

    /// Someone is asked.
    case asked(Question)
    /// Someone answered.
    case answered(Answer)

    /// All steps are done, as they say.
    case claimed
    /// The acceptance checks of the goal were run: it is reached where all hold.
    case judged([Evidence])
    /// The effects of the run were looked at: those that lack permission, few of them in full.
    case reviewed(EffectSummary, unpermitted: [Path], count: Int)
    /// The commit begins now: written before the world is touched.
    case committing(EffectSummary)
    /// The effects exist in the world.
    case committed(EffectSummary)
    /// They can not, since the world has changed at these paths meanwhile.
    case conflicted([Path])
    /// The fork is gone, and with it everything that was done.
    case discarded(reason: String)
    /// No further work until someone says so: a budget is exhausted.
    case paused(reason: String)
    /// Someone said so, and what may be spent besides.
    case resumed(adding: Spending)
    /// Someone wants no more of it.
    case cancelled(by: String)
    /// The end.
    case finished(Ending)
    /// A committed run was taken back.
    case reverted(by: String)
  }

  /// How a run can end.
  public enum Ending: String, Sendable, Hashable, Codable, CaseIterable {
    /// The world says that it is done, and has it.
    case verified
    /// It was done, but nobody said how to tell: the world has it.
    case unverified
    /// All of it worked, and none of it was kept, since it was a rehearsal.
    case rehearsed
    /// It claimed to be done, and the world says otherwise.
    case refuted
    /// A step could not be done.
    case failed
    /// What it did lacks permission.
    case denied
    /// The world had changed meanwhile.
    case conflicted
    /// Someone stopped it.
    case cancelled
    /// Nobody can tell whether an irreversible act took place: a person has to look.
    case needsReconciliation
  }
}

/// What an act may cost, or did.
public struct Spending: Sendable, Hashable, Codable {
  /// Seconds of work.
  public var seconds: Double
  /// Uses of tools.
  public var calls: Int

  /// This much.
  public init(seconds: Double = 0, calls: Int = 0) {
    self.seconds = seconds
    self.calls = calls
  }
}

/// Something that a person has to decide. It is bound to what was shown: any change voids it.
public struct Question: Sendable, Hashable, Codable {
  /// Its number in the run, from 1 on.
  public var number: Int
  /// Why someone is asked, in a sentence.
  public var reason: String
  /// The hash of exactly what was shown: an action and its forecast, or an effect set.
  public var preview: Digest

  /// A question.
  public init(number: Int, reason: String, preview: Digest) {
    self.number = number
    self.reason = reason
    self.preview = preview
  }
}

/// What a person decided.
public struct Answer: Sendable, Hashable, Codable {
  /// The number of the question.
  public var question: Int
  /// Whether it may be done.
  public var allows: Bool
  /// Who said so.
  public var by: String
  /// What was shown: the same as in the question, or the answer is void.
  public var preview: Digest

  /// An answer.
  public init(question: Int, allows: Bool, by: String, preview: Digest) {
    self.question = question
    self.allows = allows
    self.by = by
    self.preview = preview
  }
}
