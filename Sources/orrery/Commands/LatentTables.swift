// What came of learning a small world, as tables.
import Basics
import Foundation
import Learning
import Networks
import WorldModels

/// All that is known of one world in the end.
struct LatentWorldResult: Encodable {
  /// A model, and how far it sees.
  struct Learned: Encodable {
    var seed: UInt64
    var parameters: Int
    var forecast: LatentForecast
    /// Seconds of training; near zero where it was there already.
    var seconds: Double
    var model: LatentModel

    init(seed: UInt64, model: LatentModel, forecast: LatentForecast, seconds: Double) {
      self.seed = seed
      self.model = model
      self.forecast = forecast
      self.seconds = seconds
      parameters = model.parameterCount
    }

    private enum CodingKeys: String, CodingKey { case seed, parameters, forecast, seconds }
  }

  /// How somebody lived.
  struct Judged: Encodable {
    var trial: LatentTrial
    /// Milliseconds a decision on one thread.
    var decisionMs: Double
  }

  var world: String
  var plan: LatentPlan
  var learned: [Learned]
  var judged: [Judged]

  init(world: WorldName, plan: LatentPlan, learned: [Learned], judged: [Judged]) {
    self.world = world.rawValue
    self.plan = plan
    self.learned = learned
    self.judged = judged
  }

  /// The tables, one under the other.
  var tables: String {
    let parameters = learned.first.map { "\($0.parameters) parameters" } ?? ""
    return [
      "\(world): \(plan.episodes) episodes, \(plan.schedule.steps) steps of training, \(parameters)",
      lives.text, forecasts.text, latents.text, "",
    ].joined(separator: "\n\n")
  }

  private var lives: Table {
    let finished = judged.contains { $0.trial.finished != nil } ? ["finished", "95 %"] : []
    var table = Table(
      ["contender", "seed", "return", "95 %"] + finished + ["steps", "ms/decision"],
      numeric: Set(1..<6 + finished.count))
    for one in judged {
      let trial = one.trial
      table.add(
        [
          trial.contender, trial.seed.map(String.init) ?? "",
          Self.number(trial.meanReturn.estimate), Self.bounds(trial.meanReturn),
        ] + (trial.finished.map { [Self.number($0.estimate), Self.bounds($0)] } ?? [])
          + [String(format: "%.0f", trial.steps), String(format: "%.2f", one.decisionMs)])
    }
    return table
  }

  private var forecasts: Table {
    let names = (learned.first?.forecast.horizons ?? []).flatMap(\.modalities.keys)
    let modalities = Set(names).sorted()
    var table = Table(
      ["steps ahead", "seed", "latent skill", "p95", "other actions", "doubt ranks error"]
        + modalities.map { "skill, \($0)" },
      numeric: Set(0..<6 + modalities.count))
    for index in (learned.first?.forecast.horizons ?? []).indices {
      for one in learned {
        let horizon = one.forecast.horizons[index]
        table.add(
          [
            "\(horizon.steps)", "\(one.seed)", Self.number(horizon.skill),
            Self.number(horizon.skillP95), "×" + Self.number(horizon.shuffled),
            Self.number(horizon.calibration),
          ] + modalities.map { horizon.modalities[$0].map(Self.number) ?? "–" })
      }
    }
    return table
  }

  private var latents: Table {
    var table = Table(
      ["seed", "least deviation", "rank", "of", "linear probe R²", "training s"],
      numeric: [0, 1, 2, 3, 4, 5])
    for one in learned {
      table.add([
        "\(one.seed)", Self.number(one.forecast.deviationMin), Self.number(one.forecast.rank),
        "\(one.model.configuration.latent)", Self.number(one.forecast.probe),
        String(format: "%.0f", one.seconds),
      ])
    }
    return table
  }

  private static func number(_ value: Double) -> String { String(format: "%.2f", value) }

  private static func bounds(_ interval: Interval) -> String {
    "\(number(interval.lower))–\(number(interval.upper))"
  }
}
