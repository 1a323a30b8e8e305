// How good the forecasts of a run were.
public import Events

/// How good forecasts were, once it is known what came.
public struct Score: Sendable, Hashable {
  /// How many forecasts were followed by an outcome.
  public private(set) var count = 0
  /// The mean squared error of the probabilities of success (Brier, 1950): 0 is perfect, and who
  /// always says one half gets 0.25.
  public private(set) var brier = 0.0
  /// How many outcomes were surprises.
  public private(set) var surprises = 0

  /// The score of the forecasts among events; nil where none was followed by an outcome, or none said
  /// anything.
  public init?(_ events: some Sequence<Event>) {
    var open: [String: Forecast] = [:]
    for event in events {
      switch event.body {
      case .forecast(let step, let forecast): open[step] = forecast
      case .executed(let step, let outcome):
        guard let forecast = open.removeValue(forKey: step), forecast.source != .prior else {
          continue
        }
        let error = forecast.success - (outcome.isClaimed ? 1 : 0)
        count += 1
        brier += error * error
      case .surprised: surprises += 1
      default: break
      }
    }
    if count == 0 { return nil }
    brier /= Double(count)
  }

  /// The score in words.
  public var words: String {
    let rounded = (brier * 1_000).rounded() / 1_000
    return "\(count) \(count == 1 ? "forecast" : "forecasts"), Brier score \(rounded)"
      + (surprises > 0 ? ", \(surprises) \(surprises == 1 ? "surprise" : "surprises")" : "")
  }
}
