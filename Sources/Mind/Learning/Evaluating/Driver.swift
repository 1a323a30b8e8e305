// Who drives in the evaluation, and what a table says of them.

import Environments
public import Planning
import WorldModels

/// A contender, and where it stands in the tables.
public struct Driver: Sendable {
  /// Who drives; the name is different for every training seed.
  public let contender: Contender
  /// What tables call it: the same for every training seed.
  public let title: String
  /// What kind of driver it is.
  public let role: Report.Role
  /// Which training it comes from.
  public let source: Report.Source
  /// What its place on the decision ladder is; nil for those who are not on it.
  public let rung: Rung?
  /// The same one, writing down its thoughts; nil for those who have none.
  public let aloud: Contender?

  /// A place on the decision ladder.
  public struct Rung: Codable, Sendable, Hashable {
    /// What knows the robot's motion.
    public var dynamics: String
    /// What knows the movers.
    public var movers: String
    /// How the decision is made.
    public var decision: String
  }

  /// What tables call the one that learned everything.
  public static let learnedTitle = "learned motion + learned movers"

  init(
    _ contender: Contender, _ role: Report.Role, title: String? = nil,
    source: Report.Source = .untrained, rung: Rung? = nil, aloud: Contender? = nil
  ) {
    self.contender = contender
    self.title = title ?? contender.name
    self.role = role
    self.source = source
    self.rung = rung
    self.aloud = aloud
  }

  private static func planned(
    _ title: String, _ role: Report.Role, motion: any MotionModel, movers: any MoverModel,
    proposer: Proposer? = nil, trained: TrainedModel? = nil, rung: Rung? = nil
  ) -> Driver {
    let name = trained.map { "\(title), seed \($0.seed)" } ?? title
    func contender(aloud: Bool) -> Contender {
      .planned(
        name, motion: motion, movers: movers, proposer: proposer, isOracle: role == .oracle,
        thinksAloud: aloud)
    }
    return Driver(
      contender(aloud: false), role, title: title, source: trained?.source ?? .untrained,
      rung: rung, aloud: contender(aloud: true))
  }

  /// Everybody who needs no training and is told nothing.
  public static let classical = [
    Driver(.random, .floor), Driver(.purePursuit, .simple), Driver(.nominal, .nominal),
    Driver(.average, .average),
    planned(
      Contender.honestName, .honest, motion: SystemIdentification(),
      movers: ConstantVelocityMovers()),
  ]

  /// The one that uses all that a training has learned.
  public static func learned(_ trained: TrainedModel) -> Driver {
    decides(.ifItPays, trained, as: learnedTitle)
  }

  /// Learned motion and movers, and some way to decide.
  private static func decides(
    _ searching: Proposer.Searching, _ trained: TrainedModel, as title: String
  ) -> Driver {
    planned(
      title, .learned, motion: LearnedMotion(trained.model.motion),
      movers: LearnedMovers(trained), proposer: Proposer(trained, searching), trained: trained,
      rung: Rung(dynamics: "learned", movers: "learned", decision: searching.name))
  }

  /// Half learned and half classical: which half is it that helps?
  public static func ablations(_ trained: TrainedModel) -> [Driver] {
    [
      planned(
        "learned motion + constant velocity", .learned,
        motion: LearnedMotion(trained.model.motion), movers: ConstantVelocityMovers(),
        trained: trained),
      planned(
        "identification + learned movers", .learned, motion: SystemIdentification(),
        movers: LearnedMovers(trained), trained: trained),
    ]
  }

  /// Searches and proposals on learned and on perfect motion, and ever better forecasts: which part is
  /// the weak one?
  public static func ladder(_ trained: TrainedModel) -> [Driver] {
    func perfect(_ searching: Proposer.Searching) -> Driver {
      let title = "oracle: motion, with learned movers"
      return planned(
        searching == .ifItPays ? title : "\(title), \(searching.name) only", .oracle,
        motion: TrueMotion(), movers: LearnedMovers(trained),
        proposer: Proposer(trained, searching), trained: trained,
        rung: Rung(dynamics: "perfect", movers: "learned", decision: searching.name))
    }
    func knowing(_ movers: String, _ title: String, isHiddenKnown: Bool) -> Driver {
      planned(
        title, .oracle, motion: TrueMotion(), movers: TrueMovers(knowsHidden: isHiddenKnown),
        rung: Rung(
          dynamics: "perfect", movers: movers, decision: Proposer.Searching.always.name))
    }
    return [.always, .never].map { searching in
      decides(searching, trained, as: "\(learnedTitle), \(searching.name) only")
    } + [.ifItPays, .always, .never].map(perfect) + [
      knowing("perfect, if visible", "oracle: motion, visible movers", isHiddenKnown: false),
      knowing("perfect", "oracle: motion, all movers", isHiddenKnown: true),
    ]
  }
}

extension LearnedMovers {
  init(_ trained: TrainedModel) {
    self.init(trained.model.movers, emergence: trained.model.emergence)
  }
}

extension Proposer {
  /// What decides in one of the ways of the ladder: nil for a search that nothing is proposed to.
  init?(_ trained: TrainedModel, _ searching: Searching) {
    if searching == .always { return nil }
    self.init(trained.model.proposals, regret: trained.model.regret, searching: searching)
  }
}

extension Proposer.Searching {
  /// What the ladder calls it.
  var name: String {
    switch self {
    case .never: "proposal"
    case .ifItPays: "proposal, then search"
    case .always: "search"
    }
  }
}
