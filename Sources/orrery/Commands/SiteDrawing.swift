// A site as a drawing.
import Environments
import Foundation

/// Draws a site from above as SVG, a metre to twenty units.
struct SiteDrawing {
  private let site: Site
  private let scale: Float = 20

  init(_ site: Site) { self.site = site }

  /// The drawing.
  var text: String {
    let (width, height) = (site.width * scale, site.height * scale)
    let parts = solid + ways + nodes + stations + [ruler]
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -30 \(number(width + 20)) \
      \(number(height + 60))" font-family="sans-serif" font-size="11">
      <title>\(escaped(site.name))</title>
      <defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" \
      markerHeight="6" orient="auto"><path d="M0 0 L6 3 L0 6 z" fill="#4a7fb5"/></marker></defs>
      <text x="0" y="-12" font-size="14">\(escaped(site.name)), \(site.width) m × \
      \(site.height) m</text>
      <rect width="\(number(width))" height="\(number(height))" fill="#fbfaf7" stroke="#333" \
      stroke-width="3"/>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  /// Racks where they are known; where not, all that is not free.
  private var solid: [String] {
    if site.layout.corridor == nil {
      return site.racks.map { rectangle($0, "fill=\"#c9b18a\" stroke=\"#8a744d\"") }
    }
    var parts: [String] = []
    for row in 0..<site.rows {
      var column = 0
      while column < site.columns {
        let start = column
        while column < site.columns, site.occupied[row * site.columns + column] != 0 { column += 1 }
        if column > start {
          let run = Rectangle(
            x: Float(start) * site.cell, y: Float(row) * site.cell,
            width: Float(column - start) * site.cell, height: site.cell)
          parts.append(rectangle(run, "fill=\"#ddd8cc\""))
        }
        column = max(column, start + 1)
      }
    }
    return parts
  }

  /// Ways: plain where they go both ways, with a tip where they go one way.
  private var ways: [String] {
    let nodes = site.layout.nodes
    let edges = Set(site.layout.edges)
    return site.layout.edges.compactMap { edge in
      let isTwoWay = edges.contains(Layout.Edge(start: edge.end, end: edge.start))
      if isTwoWay && edge.start > edge.end { return nil }
      let (a, b) = (nodes[edge.start], nodes[edge.end])
      let tip = isTwoWay ? "" : " marker-end=\"url(#tip)\""
      return "<line x1=\"\(x(a.x))\" y1=\"\(y(a.y))\" x2=\"\(x(b.x))\" y2=\"\(y(b.y))\" "
        + "stroke=\"#4a7fb5\" stroke-width=\"1.5\"\(tip)/>"
    }
  }

  private var nodes: [String] {
    site.layout.nodes.map { node in
      "<circle cx=\"\(x(node.x))\" cy=\"\(y(node.y))\" r=\"3\" fill=\"#4a7fb5\">"
        + "<title>\(escaped(node.id))</title></circle>"
    }
  }

  private var stations: [String] {
    site.stations.map { station in
      let node = site.layout.nodes[station.node]
      return "<circle cx=\"\(x(node.x))\" cy=\"\(y(node.y))\" r=\"6\" fill=\"none\" "
        + "stroke=\"#b5482f\" stroke-width=\"2\"/>"
        + "<text x=\"\(number(node.x * scale + 8))\" "
        + "y=\"\(number((site.height - node.y) * scale - 8))\" fill=\"#b5482f\">"
        + "\(escaped(station.id))</text>"
    }
  }

  /// Five metres.
  private var ruler: String {
    let below = number(site.height * scale + 16)
    return "<path d=\"M0 \(below) h\(number(5 * scale))\" stroke=\"#333\" stroke-width=\"2\"/>"
      + "<text x=\"\(number(5 * scale + 6))\" y=\"\(number(site.height * scale + 20))\">5 m</text>"
  }

  private func rectangle(_ area: Rectangle, _ style: String) -> String {
    "<rect x=\"\(x(area.x))\" y=\"\(y(area.y + area.height))\" "
      + "width=\"\(number(area.width * scale))\" height=\"\(number(area.height * scale))\" "
      + "\(style)/>"
  }

  private func x(_ metres: Float) -> String { number(metres * scale) }

  /// Up in the site is down in SVG.
  private func y(_ metres: Float) -> String { number((site.height - metres) * scale) }

  private func number(_ value: Float) -> String { String(format: "%.1f", Double(value)) }

  private func escaped(_ text: String) -> String {
    let readable = text.unicodeScalars.filter { $0.value >= 0x20 }
    return String(String.UnicodeScalarView(readable))
      .replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }
}
