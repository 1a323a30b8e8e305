// What searches chose and gained, and learning to foretell both.

import Basics
public import Planning
public import Tensors

/// Outlooks, each as seen and in a mirror, and the plans that searches chose there.
public struct SearchRecords: RehearsedRecords {
  /// Rows of the proposal network. `[N, Outlook.count]`
  public private(set) var rows: [Float] = []
  /// Knots of the plans. `[N, PlanKnots.floats]`
  public private(set) var chosen: [Float] = []

  /// No decisions yet.
  public init() {}

  /// Rows held.
  public var count: Int { chosen.count / PlanKnots.floats }

  /// Adds a decision.
  public mutating func append(_ outlook: Outlook, chosen plan: Plan) {
    let knots = PlanKnots(plan)
    outlook.append(to: &rows)
    outlook.mirrored.append(to: &rows)
    chosen += knots.numbers
    chosen += knots.mirrored.numbers
  }

  /// Adds the decisions of others.
  public mutating func append(_ other: SearchRecords) {
    rows += other.rows
    chosen += other.chosen
  }
}

/// Outlooks with what the proposals came to, and what searches gained beyond.
public struct RegretRecords: RehearsedRecords {
  /// Rows of the regret network. `[N, RegretNetwork.count]`
  public private(set) var rows: [Float] = []
  /// Costs that were saved. `[N]`
  public private(set) var regret: [Float] = []

  /// No decisions yet.
  public init() {}

  /// Adds a decision whose search came to a cost.
  public mutating func append(_ outlook: Outlook, _ consideration: Consideration, cost: Float) {
    for view in [outlook, outlook.mirrored] {
      view.append(to: &rows)
      consideration.append(to: &rows)
      regret.append(consideration.cost - cost)
    }
  }

  /// Adds the decisions of others.
  public mutating func append(_ other: RegretRecords) {
    rows += other.rows
    regret += other.regret
  }
}

/// Learning what searches choose.
public struct ProposalCourse: RehearsedCourse {
  /// What is learned from.
  public var records: SearchRecords
  /// Names the stream of batches.
  public let seed: UInt64
  /// Rows of a shard.
  public var batch = 64

  /// The share of rows that do not say what the robot was about to do.
  private static let forgotten: Float = 0.5

  /// Learning from `records`.
  public init(records: SearchRecords = SearchRecords(), seed: UInt64) {
    self.records = records
    self.seed = seed
  }

  public func loss(of model: ProposalNetwork, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    let drawn = (0..<batch).map { _ in random.index(below: records.count) }
    var rows = gather(records.rows, drawn, Outlook.count)
    Outlook.forgetPlans(&rows) { _ in random.chance(Self.forgotten) }
    return model.loss(
      Tensor(rows, shape: [batch, Outlook.count]),
      chosen: Tensor(
        gather(records.chosen, drawn, PlanKnots.floats), shape: [batch, PlanKnots.floats]))
  }
}

/// Learning what searches gain.
public struct RegretCourse: RehearsedCourse {
  /// What is learned from.
  public var records: RegretRecords
  /// Names the stream of batches.
  public let seed: UInt64
  /// Rows of a shard.
  public var batch = 64

  /// Learning from `records`.
  public init(records: RegretRecords = RegretRecords(), seed: UInt64) {
    self.records = records
    self.seed = seed
  }

  public func loss(of model: RegretNetwork, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    let drawn = (0..<batch).map { _ in random.index(below: records.regret.count) }
    return model.loss(
      Tensor(
        gather(records.rows, drawn, RegretNetwork.count), shape: [batch, RegretNetwork.count]),
      regret: Tensor(gather(records.regret, drawn, 1), shape: [batch]))
  }
}
