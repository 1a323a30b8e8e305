// How numbers, intervals, roles and trainings are told on the page.
import Basics

/// A number in its unit.
func shown(_ value: Double, _ unit: Headline.Unit) -> String {
  switch unit {
  case .share: decimal(value * 100, 1) + " %"
  case .ratio: decimal(value, 2) + "×"
  case .plain: decimal(value, 2)
  case .milliseconds: decimal(value, 1) + " ms"
  case .metres: decimal(value * 100, 1) + " cm"
  case .perSecond:
    value >= 1_000_000 ? decimal(value / 1_000_000, 2) + " M/s" : decimal(value / 1000, 0) + " k/s"
  case .seconds: value >= 90 ? decimal(value / 60, 1) + " min" : decimal(value, 1) + " s"
  }
}

/// A share with its Wilson interval, as figures and as a bar.
func share(_ successes: Int, of episodes: Int) -> HTML {
  guard episodes > 0, (0...episodes).contains(successes) else { return "–" }
  let interval = wilson(successes, of: episodes)
  let figures = [interval.estimate, interval.lower, interval.upper].map { decimal($0 * 100, 1) }
  return """
    <span class="share">\(figures[0]) % <small>\(figures[1])–\(figures[2])</small></span>\
    <svg class="whisker" viewBox="0 0 104 10" aria-hidden="true"><line x1="2" x2="102" y1="5" \
    y2="5" class="track"/><line x1="\(px: 2 + 100 * interval.lower)" \
    x2="\(px: 2 + 100 * interval.upper)" y1="5" y2="5" class="span"/>\
    <circle cx="\(px: 2 + 100 * interval.estimate)" cy="5" r="3.5"/></svg>
    """
}

/// A ratio with its interval; bold where the interval does not reach 1.
func ratio(_ interval: Interval?) -> HTML {
  guard let interval else { return "–" }
  let isClear = interval.upper < 1 || interval.lower > 1
  let figures = [interval.estimate, interval.lower, interval.upper].map { decimal($0, 2) }
  let estimate: HTML = isClear ? "<strong>\(figures[0])</strong>" : "\(figures[0])"
  return "\(estimate) <small>\(figures[1])–\(figures[2])</small>"
}

/// A ratio on a line of its own, or nothing.
func versus(_ interval: Interval?) -> HTML {
  interval == nil ? "" : "<span class=\"versus\">× \(ratio(interval))</span>"
}

/// A length in centimetres with its interval.
func centimetres(_ interval: Interval) -> HTML {
  let figures = [interval.estimate, interval.lower, interval.upper].map { decimal($0 * 100, 2) }
  return "\(figures[0]) cm <small>\(figures[1])–\(figures[2])</small>"
}

/// The coloured dot of a role.
func dot(_ role: Report.Role) -> HTML { "<i class=\"role r-\(role.rawValue)\"></i>" }

/// Which training a row comes from.
func badge(_ source: Report.Source) -> HTML {
  switch source {
  case .untrained: ""
  case .seed(let seed): " <span class=\"badge\">seed \(seed)</span>"
  case .pooled(let count): " <span class=\"badge\">all \(count) seeds</span>"
  }
}

/// The class of a row: its role, and whether it is one of several trainings.
func rowStyle(_ role: Report.Role, _ source: Report.Source) -> String {
  if case .seed = source { return "r-\(role.rawValue) single" }
  return "r-\(role.rawValue)"
}

/// The name of a training in a legend.
func named(_ source: Report.Source) -> String {
  switch source {
  case .untrained: "untrained"
  case .seed(let seed): "seed \(seed)"
  case .pooled(let count): "all \(count) seeds"
  }
}

/// Evenly chosen indices, no more than `most`, the last one among them.
func thinned(_ count: Int, to most: Int) -> [Int] {
  guard count > most, most > 1 else { return Array(0..<count) }
  return (0..<most).map { $0 * (count - 1) / (most - 1) }
}
