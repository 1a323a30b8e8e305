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
    planned(
      learnedTitle, .learned, motion: LearnedMotion(trained.model.motion),
      movers: LearnedMovers(trained), trained: trained,
      rung: Rung(dynamics: "learned", movers: "learned", decision: "search"))
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
    func rung(_ movers: String, _ decision: String = "search") -> Rung {
      Rung(dynamics: "perfect", movers: movers, decision: decision)
    }
    let decisions: [(how: String, searching: Proposer.Searching)] = [
      ("proposal", .never), ("proposal, then search", .ifItPays),
    ]
    let learned = decisions.map { how, searching in
      planned(
        "\(learnedTitle), \(how)", .learned, motion: LearnedMotion(trained.model.motion),
        movers: LearnedMovers(trained), proposer: Proposer(trained, searching: searching),
        trained: trained, rung: Rung(dynamics: "learned", movers: "learned", decision: how))
    }
    let perfect = decisions.map { how, searching in
      planned(
        "oracle: motion, with learned movers, \(how)", .oracle, motion: TrueMotion(),
        movers: LearnedMovers(trained), proposer: Proposer(trained, searching: searching),
        trained: trained, rung: rung("learned", how))
    }
    let searched = planned(
      "oracle: motion, with learned movers", .oracle, motion: TrueMotion(),
      movers: LearnedMovers(trained), trained: trained, rung: rung("learned"))
    return learned + [searched] + perfect + [
      planned(
        "oracle: motion, visible movers", .oracle, motion: TrueMotion(),
        movers: TrueMovers(knowsHidden: false), rung: rung("perfect, if visible")),
      planned(
        "oracle: motion, all movers", .oracle, motion: TrueMotion(),
        movers: TrueMovers(knowsHidden: true), rung: rung("perfect")),
    ]
  }
}

extension LearnedMovers {
  init(_ trained: TrainedModel) {
    self.init(trained.model.movers, emergence: trained.model.emergence)
  }
}

extension Proposer {
  init(_ trained: TrainedModel, searching: Searching = .ifItPays) {
    self.init(trained.model.proposals, regret: trained.model.regret, searching: searching)
  }
}
