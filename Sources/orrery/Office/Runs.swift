// orrery runs: what was run.
import Agents
import ArgumentParser
import Basics
import Events
import Foundation
import Storage

struct Runs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists runs, the youngest first.")

  @OptionGroup var state: StateOption

  @Flag(help: "Only those that have not ended.")
  var open = false

  @Option(name: .customShort("n"), help: "At most so many.")
  var count = 20

  @Flag(help: "Write them as JSON.")
  var json = false

  private struct Line: Encodable {
    var run: RunID
    var title: String
    var directory: String
    var began: String
    var ending: String?
    var isReverted: Bool
    var events: Int
  }

  func run() async throws {
    guard count > 0 else {
      throw ValidationError("-n \(count) shows nothing; it must be at least 1")
    }
    let records = try await state.journal().runs(onlyOpen: open)
    if json {
      try Output.say(
        json: records.prefix(count).map {
          Line(
            run: $0.run, title: $0.title, directory: $0.directory, began: $0.began.description,
            ending: $0.ending?.rawValue, isReverted: $0.isReverted, events: $0.length)
        })
      return
    }
    var table = Table(["run", "began", "is", "what", "where"])
    for record in records.prefix(count) {
      table.add([
        record.run.description, record.began.description, record.words, record.title.shortened(40),
        record.directory,
      ])
    }
    try Output.say(records.isEmpty ? "There are no runs in \(state.directory)." : table.text)
    if records.count > count { Narrator.say("… and \(records.count - count) more; see -n") }
  }
}

extension RunRecord {
  /// How it stands, in a word or two.
  var words: String {
    if isReverted { return "undone" }
    if let ending { return ending == .needsReconciliation ? "to reconcile" : ending.rawValue }
    let isAlive = lease.map { !Owner.isGone($0.owner) && $0.until.microseconds > 0 } ?? false
    return isAlive ? "running" : "open"
  }
}

extension String {
  /// The text, cut where it is longer than so many characters or has a second line.
  func shortened(_ count: Int) -> String {
    let line = prefix { !$0.isNewline }
    return line.count == self.count && line.count <= count ? self : line.prefix(count - 1) + "…"
  }
}
