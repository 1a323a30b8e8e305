// An imagined drive as a drawing.
import Foundation
import Learning

/// Draws from above what was imagined and what happened, as SVG.
struct ImaginedDrawing {
  /// What the learned model imagined.
  let learned: ImaginedDrive
  /// What system identification would have said.
  let classical: ImaginedDrive

  private static let width = 720.0
  private static let margin = 60.0
  private static let footer = 110.0

  /// The drawing.
  var text: String {
    let frame = frame
    let height = frame.height + 2 * Self.margin + Self.footer
    let parts = [
      path(learned.watched, in: frame, "stroke=\"#999\" stroke-width=\"2\""),
      doubts(in: frame),
      path(classical.imagined, in: frame, "stroke=\"#d08a2e\" stroke-width=\"2.5\" \(Self.dashes)"),
      path(learned.happened, in: frame, "stroke=\"#222\" stroke-width=\"3\""),
      path(learned.imagined, in: frame, "stroke=\"#2f6fb5\" stroke-width=\"3\" \(Self.dots)"),
      start(in: frame), ruler(in: frame, at: height), legend(at: height),
    ]
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(Self.width)) \
      \(number(height))" font-family="sans-serif" font-size="13">
      <title>A drive, imagined with closed eyes</title>
      <rect width="100%" height="100%" fill="#fbfaf7"/>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  private static let dashes = "stroke-dasharray=\"8 5\""
  private static let dots = "stroke-dasharray=\"2 5\" stroke-linecap=\"round\""

  private struct Frame {
    var left: Double
    var top: Double
    var scale: Double
    var height: Double

    func x(_ metres: Float) -> Double {
      ImaginedDrawing.margin + (Double(metres) - left) * scale
    }

    /// Up in the map is down in SVG.
    func y(_ metres: Float) -> Double { ImaginedDrawing.margin + (top - Double(metres)) * scale }
  }

  /// As large as the paper allows, around everything but the older half of what was watched.
  private var frame: Frame {
    let recent = learned.watched.suffix(learned.imagined.count)
    var all = Array(recent)
    for path in [learned.imagined, learned.happened, classical.imagined] { all += path }
    let (xs, ys) = (all.map { Double($0.x) }, all.map { Double($0.y) })
    let left = xs.min() ?? 0
    let top = ys.max() ?? 0
    let wide = max((xs.max() ?? 0) - left, 0.5)
    let tall = max(top - (ys.min() ?? 0), 0.5)
    let scale = min((Self.width - 2 * Self.margin) / wide, 600 / tall)
    return Frame(left: left, top: top, scale: scale, height: tall * scale)
  }

  private func path(_ instants: [ImaginedDrive.Instant], in frame: Frame, _ style: String) -> String
  {
    let points = instants.map { "\(number(frame.x($0.x))),\(number(frame.y($0.y)))" }
    return "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" \(style)/>"
  }

  /// A disc as large as the doubt, every quarter of a second.
  private func doubts(in frame: Frame) -> String {
    learned.imagined.enumerated().filter { $0.offset % 5 == 4 }.map { _, instant in
      "<circle cx=\"\(number(frame.x(instant.x)))\" cy=\"\(number(frame.y(instant.y)))\" "
        + "r=\"\(number(Double(instant.doubt) * frame.scale))\" fill=\"#2f6fb5\" "
        + "fill-opacity=\"0.12\"/>"
    }.joined()
  }

  private func start(in frame: Frame) -> String {
    guard let now = learned.watched.last else { return "" }
    let (x, y) = (number(frame.x(now.x)), number(frame.y(now.y)))
    return "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"6\" fill=\"#222\"/>"
      + "<text x=\"\(x)\" y=\"\(y)\" dx=\"10\" dy=\"-8\">eyes closed here</text>"
  }

  /// Half a metre.
  private func ruler(in frame: Frame, at height: Double) -> String {
    let (y, length) = (height - 24, frame.scale / 2)
    return "<path d=\"M\(number(Self.width - Self.margin - length)) \(number(y)) "
      + "h\(number(length))\" stroke=\"#222\" stroke-width=\"2\"/>"
      + "<text x=\"\(number(Self.width - Self.margin))\" y=\"\(number(y - 7))\" "
      + "text-anchor=\"end\">0.5 m</text>"
  }

  private func legend(at height: Double) -> String {
    let entries = [
      ("#999", "", "watched"), ("#222", "", "what happened"),
      ("#2f6fb5", Self.dots, "imagined, with doubt"),
      ("#d08a2e", Self.dashes, "system identification"),
    ]
    return entries.enumerated().map { i, entry in
      let y = height - Self.footer + 24 + Double(i) * 20
      return "<path d=\"M\(number(Self.margin)) \(number(y)) h36\" stroke=\"\(entry.0)\" "
        + "stroke-width=\"3\" \(entry.1)/><text x=\"\(number(Self.margin + 46))\" "
        + "y=\"\(number(y + 4))\">\(entry.2)</text>"
    }.joined()
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
