// The office of this program: what runs are made with.
import Agents
import Basics
import Events
import Forks
import Foundation
import Storage

/// The office of this program: the journal, the contents and the forks.
struct Office: Sendable {
  let journal: SQLiteJournal
  let contents: ContentStore
  let forks: ForkStore
  let supervisor: Supervisor

  /// The office whose state is in a directory.
  init(_ state: StateOption) throws {
    journal = try state.journal()
    contents = try state.contents()
    forks = ForkStore(state: state.directory)
    supervisor = Supervisor(journal: journal, now: Self.now)
  }

  /// The time.
  static let now: @Sendable () -> Timestamp = {
    Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
  }

  /// Begins a run.
  func begin(_ goal: Goal) async throws -> Event {
    var random = SystemRandomNumberGenerator()
    let run = RunID(at: Self.now().microseconds / 1_000, random: &random)
    return try await journal.append(
      [.began(goal)], to: run, after: 0, at: Self.now(), under: nil)[0]
  }

  /// Writes something that a person decided, or nothing (and nil) where it is too late for it.
  func decide(_ body: Event.Body, of run: RunID, _ machine: RunMachine) async throws -> Event? {
    var after = machine
    do throws(RunMachineError) { try after.take(body) } catch { return nil }
    return try await journal.append(
      [body], to: run, after: machine.length, at: Self.now(), under: nil)[0]
  }

  /// The effects that a summary stands for.
  func effects(_ summary: EffectSummary) throws -> [Effect] {
    try JSON.decoded([Effect].self, from: Data(contents.bytes(of: summary.digest)))
  }
}
