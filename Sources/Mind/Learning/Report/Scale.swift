// From values to places on an axis, with ticks where a person would put them.

/// One axis of a plot: its range, its ticks, and where a value lies on the page.
struct Scale {
  private(set) var ticks: [Double] = []
  private var low: Double
  private var high: Double
  private let from: Double
  private let to: Double
  private let axis: Plot.Axis
  private var places = 0

  init(_ axis: Plot.Axis, values: [Double], from: Double, to: Double) {
    self.axis = axis
    self.from = from
    self.to = to
    let shown = (values + axis.includes).filter {
      $0.isFinite && abs($0) < 1e12 && (!axis.isLogarithmic || $0 > 1e-12)
    }
    low = shown.min() ?? (axis.isLogarithmic ? 0.1 : 0)
    high = shown.max() ?? 1
    if axis.isLogarithmic { chooseDecades() } else { chooseSteps() }
  }

  /// Whether a value can be drawn at all.
  func shows(_ value: Double) -> Bool {
    value.isFinite && value >= low - 1e-9 * abs(low) && value <= high + 1e-9 * abs(high)
  }

  func position(_ value: Double) -> Double {
    let share =
      axis.isLogarithmic
      ? (logarithm(value) - logarithm(low)) / (logarithm(high) - logarithm(low))
      : (value - low) / (high - low)
    return from + (to - from) * min(max(share, 0), 1)
  }

  /// A tick's label.
  func label(_ tick: Double) -> String {
    if axis.isShare { return decimal(tick * 100, max(places - 2, 0)) + " %" }
    if abs(tick) >= 1_000_000 { return decimal(tick / 1_000_000, tick < 10_000_000 ? 1 : 0) + "M" }
    if abs(tick) >= 10_000 { return decimal(tick / 1000, 0) + "k" }
    return axis.isLogarithmic
      ? decimal(
        tick, tick < 0.01 ? 3 : tick < 0.1 ? 2 : tick < 10 && tick != tick.rounded() ? 1 : 0)
      : decimal(tick, places)
  }

  /// A value as a hover title tells it: to three digits.
  func precise(_ value: Double) -> String {
    if axis.isShare { return decimal(value * 100, 1) + " %" }
    let size = abs(value)
    return decimal(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
  }

  /// Steps of 1, 2 or 5 times a power of ten, about five of them, with the ends on ticks.
  private mutating func chooseSteps() {
    if high - low < 1e-9 * max(1, abs(high)) {
      low -= 0.5
      high += 0.5
    }
    var step = 1.0
    var power = 0
    let rough = (high - low) / 5
    while step > rough {
      step /= 10
      power -= 1
    }
    while step * 10 <= rough {
      step *= 10
      power += 1
    }
    let digit = rough / step
    let factor = digit < 1.5 ? 1.0 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10
    if factor == 10 { power += 1 }
    step *= factor
    places = max(0, -power)
    low = (low / step + 1e-9).rounded(.down) * step
    high = (high / step - 1e-9).rounded(.up) * step
    let count = Int(((high - low) / step).rounded())
    ticks = (0...count).map { low + Double($0) * step }
  }

  /// Whole decades where there are several; more digits the fewer there are.
  private mutating func chooseDecades() {
    if high < low * 1.5 { high = low * 1.5 }
    var decade = 1.0
    while decade > low { decade /= 10 }
    while decade * 10 <= low { decade *= 10 }
    let digits: [Double] =
      high / low > 300 ? [1] : high / low > 12 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7]
    while decade <= high {
      for digit in digits {
        let tick = decade * digit
        if tick >= low * 0.999 && tick <= high * 1.001 { ticks.append(tick) }
      }
      decade *= 10
    }
  }

  /// log₂ from the exponent and a short series of the significand: enough for a place on a page.
  private func logarithm(_ value: Double) -> Double {
    let clipped = max(value, 1e-300)
    let z = (clipped.significand - 1) / (clipped.significand + 1)
    let square = z * z
    let series = 1 + square * (1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7 + square / 9)))
    return Double(clipped.exponent) + 2 * z * series / 0.693_147_180_559_945_3
  }
}
