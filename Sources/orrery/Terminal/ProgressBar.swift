// How far a long piece of work has come: a bar on a terminal, now and then a line elsewhere.
import Foundation

/// Shows progress on standard error, so that standard output stays clean.
struct ProgressBar {
  private let title: String
  private let unit: String
  private let total: Int
  private let isTerminal: Bool
  private let began = ContinuousClock.now
  private var shown: ContinuousClock.Instant
  private var first: Int?
  private var isDrawn = false

  /// Seconds between two lines where there is no terminal.
  private static let pause = 5.0

  /// A bar that is not shown yet.
  ///
  /// - Parameters:
  ///   - title: what is done, such as "Collecting".
  ///   - unit: what is counted, in the plural.
  init(_ title: String, unit: String, total: Int) {
    self.title = title
    self.unit = unit
    self.total = total
    isTerminal = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil
    shown = began
  }

  /// Shows that `done` of the total are done.
  ///
  /// - Parameter note: a few words more, such as a loss.
  mutating func show(_ done: Int, note: String = "") {
    let now = ContinuousClock.now
    let start = first ?? done
    first = start
    let sinceShown = (now - shown) / .seconds(1)
    let isDue = isTerminal ? sinceShown > 0.1 || done >= total : sinceShown > Self.pause
    guard isDue || !isDrawn else { return }
    shown = now
    isDrawn = true
    let seconds = (now - began) / .seconds(1)
    let rate = seconds > 0 ? Double(done - start) / seconds : 0
    let parts = [
      "\(title) \(done)/\(total) \(unit)",
      rate > 0 ? "\(Self.short(rate))/s" : "",
      rate > 0 && done < total ? "\(Self.clock(Double(total - done) / rate)) left" : "", note,
    ]
    let words = parts.filter { !$0.isEmpty }.joined(separator: " · ")
    if isTerminal {
      put("\r\u{1B}[K\(Self.bar(Double(done) / Double(max(1, total)))) \(words)")
    } else {
      put(words + "\n")
    }
  }

  /// Leaves the line, so that what follows begins a new one.
  mutating func finish() {
    if isTerminal && isDrawn { put("\r\u{1B}[K") }
    isDrawn = false
  }

  private func put(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  private static func bar(_ share: Double) -> String {
    let full = Int(min(1, max(0, share)) * 24)
    return String(repeating: "█", count: full) + String(repeating: "░", count: 24 - full)
  }

  /// A number in at most four characters and a letter.
  static func short(_ value: Double) -> String {
    switch value {
    case 1e6...: String(format: "%.2f M", value / 1e6)
    case 1e4...: String(format: "%.0f k", value / 1e3)
    case 1e3...: String(format: "%.1f k", value / 1e3)
    case 10...: String(format: "%.0f", value)
    default: String(format: "%.2g", value)
    }
  }

  /// Seconds as minutes and seconds.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(), 360_000))
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}
