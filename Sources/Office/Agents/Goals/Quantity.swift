// Times and sizes, as people write them.

/// Times and sizes, as people write them.
public enum Quantity {
  /// Seconds: `90`, `90s`, `1.5m`, `1h30m`, `2d`, `250ms`; nil for anything else, and for what is not
  /// above zero and below a hundred years.
  public static func seconds(_ text: String) -> Double? {
    if let number = Double(text) { return isTime(number) ? number : nil }
    var total = 0.0
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard let number = Double(digits), let factor = times[String(unit)] else { return nil }
      total += number * factor
      rest = rest.dropFirst(digits.count + unit.count)
    }
    return isTime(total) ? total : nil
  }

  /// Bytes: `4096`, `64KB`, `2 GB`, `1.5GiB`; units of 1,000, or of 1,024 with an `i`. Nil for anything
  /// else, and for what is below one byte or above an exabyte.
  public static func bytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Double(digits), let factor = sizes[unit.lowercased()],
      (1...1e18).contains(number * factor)
    else { return nil }
    return Int(number * factor)
  }

  private static func isTime(_ seconds: Double) -> Bool { seconds > 0 && seconds < 3.2e9 }

  private static let times = ["ms": 0.001, "s": 1.0, "m": 60, "min": 60, "h": 3_600, "d": 86_400]
  private static let sizes: [String: Double] = [
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "k": 1_024, "m": 1_048_576,
    "g": 1_073_741_824, "kib": 1_024, "mib": 1_048_576, "gib": 1_073_741_824,
    "tib": 1_099_511_627_776,
  ]
}
