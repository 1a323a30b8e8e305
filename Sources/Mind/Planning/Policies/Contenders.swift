// Everybody who can be compared before anything has been learned.

import Environments
public import WorldModels

extension Contender {
  /// The name of the one to beat: MPPI with system identification and constant-velocity forecasts.
  public static let honestName = "identification + constant velocity"

  /// The floor.
  public static let random = Contender("random") { _, _ in RandomPolicy() }

  /// Follows the route and stops for whoever is in the way.
  public static let purePursuit = Contender("pure pursuit") { PurePursuit($0, spec: $1) }

  /// The planner on the robot of the data sheet.
  public static let nominal = planned("nominal + constant velocity", motion: FixedMotion.nominal)

  /// The planner on the mean robot.
  public static let average = planned(
    "average robot + constant velocity", motion: FixedMotion.average)

  /// The honest opponent.
  public static let honest = planned(honestName, motion: SystemIdentification())

  /// Oracles: better motion, better forecasts of those in sight, of all, and everything.
  public static let oracles = [
    planned("oracle: motion", motion: TrueMotion(), isOracle: true),
    planned(
      "oracle: visible movers", motion: SystemIdentification(),
      movers: TrueMovers(knowsHidden: false), isOracle: true),
    planned(
      "oracle: all movers", motion: SystemIdentification(), movers: TrueMovers(knowsHidden: true),
      isOracle: true),
    planned(
      "oracle: motion, all movers", motion: TrueMotion(), movers: TrueMovers(knowsHidden: true),
      isOracle: true),
  ]

  /// Everybody above.
  public static let classical = [random, purePursuit, nominal, average, honest] + oracles

  /// The planner with these models.
  public static func planned(
    _ name: String, motion: any MotionModel, movers: any MoverModel = ConstantVelocityMovers(),
    proposer: Proposer? = nil, settings: PathIntegralPlanner.Settings = .init(),
    budget: Budget = Budget(rounds: 1),
    isOracle: Bool = false, thinksAloud: Bool = false
  ) -> Contender {
    Contender(name) { mission, spec in
      let policy = PlannedPolicy(
        mission, spec: spec, motion: motion, movers: movers, proposer: proposer, settings: settings,
        budget: budget, thinksAloud: thinksAloud)
      return isOracle ? OraclePolicy(policy) : policy
    }
  }
}
