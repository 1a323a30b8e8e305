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
    try office.forks.undo(record.run)
    _ = try await office.journal.append(
      [.reverted(by: NSUserName())], to: record.run, after: record.length, at: Office.now(),
      under: nil)
    Narrator.say("\(record.directory) is as it was before run \(record.run)")
  }
}
