// Markup in which data cannot become code: whatever string is interpolated is escaped.

/// A piece of HTML. A literal is markup as written; an interpolated string is text and is escaped;
/// interpolated HTML stays as it is. There is no way to make it from a string unescaped but
/// `init(trusted:)`.
struct HTML: ExpressibleByStringInterpolation {
  private(set) var source: String

  init(stringLiteral value: String) { source = value }
  init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

  /// Markup that this program wrote itself.
  init(trusted source: String) { self.source = source }

  static func += (left: inout HTML, right: HTML) { left.source += right.source }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity) }
    mutating func appendLiteral(_ literal: String) { source += literal }
    mutating func appendInterpolation(_ text: String) { source += escaped(text) }
    mutating func appendInterpolation(_ number: Int) { source += String(number) }
    mutating func appendInterpolation(_ html: HTML) { source += html.source }
    mutating func appendInterpolation(_ pieces: [HTML]) {
      for piece in pieces { source += piece.source }
    }
    /// A length on the page, to a tenth of a pixel.
    mutating func appendInterpolation(px length: Double) {
      precondition(length.isFinite, "a length on the page is \(length)")
      source += decimal(length, 1, minus: "-")
    }
  }

  typealias StringInterpolation = Interpolation
}

/// Text that is safe in an element and in a quoted attribute.
func escaped(_ text: String) -> String {
  var out = ""
  out.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "\"": out += "&quot;"
    case "'": out += "&#39;"
    case "\u{0}"..."\u{8}", "\u{b}"..."\u{1f}": out += "\u{fffd}"
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

/// A number with so many places after the point, whatever the locale; an en dash for none.
func decimal(_ value: Double, _ places: Int, minus: String = "−") -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "–" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let rounded = (abs(value) * scale).rounded()
  guard rounded < 9e18 else { return "–" }
  let digits = Int(rounded)
  let sign = value < 0 && digits > 0 ? minus : ""
  guard places > 0 else { return sign + String(digits) }
  let unit = Int(scale)
  let fraction = String(digits % unit)
  let padding = String(repeating: "0", count: places - fraction.count)
  return "\(sign)\(digits / unit).\(padding)\(fraction)"
}
