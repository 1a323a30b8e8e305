// orrery undo: takes a committed run back.
import ArgumentParser
import Basics
import Events
import Forks
import Foundation
import Storage

struct Undo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Takes a committed run back, as long as nothing else has touched the same paths.")

  @Argument(help: "The run: its name, or the end of it.")
  var run: String

  @OptionGroup var state: StateOption

  func run() async throws {
    let office = try Office(state)
    let record = try await office.journal.run(named: run)
    guard record.ending == .verified || record.ending == .unverified else {
      let how = record.ending.map { "ended \($0.rawValue)" } ?? "has not ended"
      throw Failure(
        status: .badInput, sentence: "run \(record.run) \(how): there is nothing to take back")
    }
    guard !record.isReverted else {
      throw Failure(status: .badInput, sentence: "run \(record.run) was taken back already")
    }
    switch try office.forks.recover(record.run) {
    case .committed: try office.forks.undo(record.run)
    // It was, and a crash kept the journal from hearing of it.
    case .undone: break
    case .none, .open:
      throw Failure(
        status: .missingInput,
        sentence: "what run \(record.run) replaced is gone: it can not be taken back")
    }
    _ = try await office.journal.append(
      [.reverted(by: NSUserName())], to: record.run, after: record.length, at: Office.now(),
      under: nil)
    Narrator.say("\(record.directory) is as it was before run \(record.run)")
  }
}
