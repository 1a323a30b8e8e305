// orrery show: everything about a run.
import Agents
import ArgumentParser
import Basics
import Events
import Foundation
import Storage

struct Show: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows a run: what was expected, what happened, what it did.")

  @Argument(help: "The run: its name, or the end of it.")
  var run: String

  @OptionGroup var state: StateOption

  @Flag(help: "All effects, however many.")
  var effects = false

  @Flag(help: "What the commands wrote.")
  var output = false

  @Flag(help: "The events, as JSON Lines.")
  var json = false

  func run() async throws {
    let journal = try state.journal()
    let contents = try state.contents()
    let record = try await journal.run(named: run)
    let events = try await journal.events(of: record.run, after: 0)
    if json {
      for event in events { try Output.say(json: event) }
      return
    }
    guard let first = events.first, case .began(let goal) = first.body else { return }
    try Output.say(
      "\(record.run)  \(record.words)\n\(goal.title)\nin \(goal.directory), \(record.began)\n")
    var forecasts: [String: Forecast] = [:]
    for event in events.dropFirst() {
      if case .forecast(let step, let forecast) = event.body { forecasts[step] = forecast }
      guard let line = line(event, forecasts) else { continue }
      let seconds = event.at.seconds(since: first.at)
      try Output.say(
        String(format: "%8.3f s  ", seconds) + line.replacing("\n", with: "\n            "))
      if case .executed(_, let outcome) = event.body, output {
        try write(outcome.output, "output", contents)
        try write(outcome.errors, "errors", contents)
      }
    }
    if let summary = events.compactMap({ $0.body.reviewed }).last, !summary.isEmpty {
      try Output.say("\n" + summary.words)
      let set = try JSON.decoded([Effect].self, from: Data(contents.bytes(of: summary.digest)))
      let table = EffectTable(set, shown: effects ? .max : 40) { !goal.permissions.allow($0) }
      try Output.say(table.lines.joined(separator: "\n"))
    }
    if let score = Score(events) { try Output.say("\n" + score.words) }
    if let ending = record.ending {
      try Output.say("\n" + ending.sentence + (record.isReverted ? "; taken back since" : ""))
    }
  }

  /// An event in a line, the outcome beside what was expected.
  private func line(_ event: Event, _ forecasts: [String: Forecast]) -> String? {
    switch event.body {
    case .forecast(let step, let forecast):
      return "\(step): expected: \(forecast.words)"
    case .claimed: return "claims to be done"
    case .committing: return "commit begins"
    case .committed: return "committed"
    case .discarded(let reason): return "dropped: \(reason)"
    case .began, .finished: return nil
    default: return Narrator.sentence(event)
    }
  }

  private func write(_ captured: Outcome.Captured, _ name: String, _ contents: ContentStore) throws
  {
    guard captured.kept > 0 else { return }
    let text = String(decoding: try contents.bytes(of: captured.digest), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    try Output.say(lines.map { "            │ \($0)" }.joined(separator: "\n"))
    if captured.written > captured.kept {
      try Output.say(
        "            \(name): \(captured.kept) of \(captured.written) bytes were kept")
    }
  }
}

extension Event.Body {
  /// The effects of the run, where this is the look at them.
  var reviewed: EffectSummary? {
    if case .reviewed(let summary, _, _) = self { summary } else { nil }
  }
}

extension Forecast {
  /// The forecast in words.
  var words: String {
    if source == .prior { return "nothing is known" }
    let parts = [
      "\(source.rawValue), succeeds with \(Int((success * 100).rounded())) %",
      seconds.map { "within \(Narrator.seconds($0))" },
      touches.map { touches in
        touches.isEmpty
          ? "touches nothing"
          : "touches " + touches.prefix(4).map(\.pattern).joined(separator: ", ")
            + (touches.count > 4 ? " and \(touches.count - 4) more" : "")
      },
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}
