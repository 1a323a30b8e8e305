// Plots as SVG: lines with bands, dots, axes with sensible ticks. Colours come from the style sheet.

/// A plot. It says what is drawn; `figure()` says how.
struct Plot {
  var title: String
  var caption: String
  var x: Axis
  var y: Axis
  var series: [Series] = []
  /// A rule across the plot, such as a target: its value on the y axis and its name.
  var rule: (value: Double, name: String)?

  struct Series {
    var name: String
    /// The class that colours it.
    var style: String
    var mark = Mark.line
    var x: [Double]
    var y: [Double]
    /// The band around the line; as many as `y`, or none.
    var lower: [Double] = []
    var upper: [Double] = []
    /// Listed in the legend; curves of further seeds are not.
    var isListed = true
  }

  enum Mark { case line, thinLine, dashes, dots }

  struct Axis {
    var label: String
    /// Values that must be in view.
    var includes: [Double] = []
    var isLogarithmic = false
    /// Shown as percent.
    var isShare = false
  }

  private static let width = 460.0
  private static let height = 290.0
  private static let left = 64.0
  private static let right = 12.0
  private static let top = 12.0
  private static let bottom = 44.0

  /// The plot with its title, its legend and what it means.
  func figure() -> HTML {
    let across = Scale(
      x, values: series.flatMap(\.x), from: Self.left, to: Self.width - Self.right)
    let ruled = rule.map { [$0.value] } ?? []
    let up = Scale(
      y, values: series.flatMap { $0.y + $0.lower + $0.upper } + ruled,
      from: Self.height - Self.bottom, to: Self.top)
    let listed = series.filter(\.isListed)
    let legend = listed.count < 2 ? HTML("") : "<ul class=\"legend\">\(listed.map(key))</ul>"
    return """
      <figure class="plot"><h3>\(title)</h3>\(legend)
      <svg viewBox="0 0 \(px: Self.width) \(px: Self.height)" role="img" aria-label="\(title)">
      \(grid(across, up))\(ruleLine(across, up))\(series.map { draw($0, across, up) })
      </svg><figcaption>\(caption)</figcaption></figure>

      """
  }

  private func key(_ series: Series) -> HTML {
    let swatch: HTML =
      series.mark == .dots
      ? "<circle cx=\"11\" cy=\"5\" r=\"4\" class=\"dot \(series.style)\"/>"
      : "<line x1=\"1\" x2=\"21\" y1=\"5\" y2=\"5\" class=\"\(lineClass(series))\"/>"
    return "<li><svg class=\"key\" viewBox=\"0 0 22 10\">\(swatch)</svg>\(series.name)</li>"
  }

  private func lineClass(_ series: Series) -> String {
    switch series.mark {
    case .thinLine: "line thin \(series.style)"
    case .dashes: "line dashes \(series.style)"
    case .line, .dots: "line \(series.style)"
    }
  }

  private func grid(_ across: Scale, _ up: Scale) -> HTML {
    var out: HTML = ""
    for tick in up.ticks {
      let at = up.position(tick)
      out += """
        <line class="grid" x1="\(px: Self.left)" x2="\(px: Self.width - Self.right)" \
        y1="\(px: at)" y2="\(px: at)"/>\
        <text class="tick" text-anchor="end" x="\(px: Self.left - 7)" y="\(px: at + 4)">\
        \(up.label(tick))</text>
        """
    }
    for tick in across.ticks {
      let at = across.position(tick)
      out += """
        <line class="grid" x1="\(px: at)" x2="\(px: at)" y1="\(px: Self.top)" \
        y2="\(px: Self.height - Self.bottom)"/>\
        <text class="tick" text-anchor="middle" x="\(px: at)" \
        y="\(px: Self.height - Self.bottom + 17)">\(across.label(tick))</text>
        """
    }
    let middle = (Self.top + Self.height - Self.bottom) / 2
    out += """
      <text class="axis" text-anchor="middle" x="\(px: (Self.left + Self.width) / 2)" \
      y="\(px: Self.height - 6)">\(x.label)</text>\
      <text class="axis" text-anchor="middle" transform="translate(13 \(px: middle)) rotate(-90)">\
      \(y.label)</text>
      """
    return out
  }

  private func ruleLine(_ across: Scale, _ up: Scale) -> HTML {
    guard let rule, rule.value.isFinite else { return "" }
    let at = up.position(rule.value)
    return """
      <line class="rule" x1="\(px: Self.left)" x2="\(px: Self.width - Self.right)" y1="\(px: at)" \
      y2="\(px: at)"/><text class="tick" text-anchor="end" x="\(px: Self.width - Self.right - 4)" \
      y="\(px: at - 5)">\(rule.name)</text>
      """
  }

  private func draw(_ series: Series, _ across: Scale, _ up: Scale) -> HTML {
    let points = zip(series.x, series.y).filter { across.shows($0) && up.shows($1) }
    if series.mark == .dots {
      let dots = points.map { x, y -> HTML in
        "<circle class=\"dot \(series.style)\" cx=\"\(px: across.position(x))\" cy=\"\(px: up.position(y))\" r=\"2.4\"/>"
      }
      return "<g><title>\(series.name)</title>\(dots)</g>"
    }
    let path = points.map { "\(HTML.point(across.position($0), up.position($1)))" }
    var out: HTML = "<g><title>\(series.name)</title>"
    if series.lower.count == series.x.count && series.upper.count == series.x.count {
      let rim = zip(series.x, series.upper) + zip(series.x, series.lower).reversed()
      let band = rim.filter { across.shows($0) && up.shows($1) }
        .map { HTML.point(across.position($0), up.position($1)) }
      out += "<polygon class=\"band \(series.style)\" points=\"\(band.joined(separator: " "))\"/>"
    }
    out += "<polyline class=\"\(lineClass(series))\" points=\"\(path.joined(separator: " "))\"/>"
    if series.mark != .thinLine && points.count <= 40 {
      out += HTML(
        trusted: points.map { x, y in
          let hover: HTML = """
            <circle class="hover \(series.style)" cx="\(px: across.position(x))" \
            cy="\(px: up.position(y))" r="7"><title>\(series.name): \(up.precise(y)) at \
            \(across.precise(x))</title></circle>
            """
          return hover.source
        }.joined())
    }
    out += "</g>"
    return out
  }
}

extension HTML {
  /// A point of an SVG path.
  fileprivate static func point(_ x: Double, _ y: Double) -> String {
    "\(decimal(x, 1, minus: "-")),\(decimal(y, 1, minus: "-"))"
  }
}
