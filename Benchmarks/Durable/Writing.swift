// A writer that is killed: what it has said must be there afterwards.
import Basics
import Events
import Storage

/// Writes into runs, each by a writer of its own.
struct Writing: Sendable {
  var file: String
  var seed: UInt64

  /// Writes until the process ends. A run that is there goes on, and so does one that another process
  /// has continued.
  func go(_ writers: Int) async throws {
    let journal = try SQLiteJournal(at: file)
    try await withThrowingTaskGroup { group in
      for writer in 0..<writers {
        group.addTask { try await write(RunID(bits: UInt64(writer + 1)), UInt64(writer), journal) }
      }
      try await group.waitForAll()
    }
  }

  private func write(_ run: RunID, _ writer: UInt64, _ journal: SQLiteJournal) async throws {
    var random = Random(seed: seed, stream: writer)
    var length = try await journal.events(of: run, after: 0).count
    while true {
      let bodies: [Event.Body] =
        length == 0
        ? [Bodies.beginning]
        : (0...random.index(below: 3)).map { Bodies.receipt(length + $0) }
      do {
        let added = try await journal.append(
          bodies, to: run, after: length, at: Timestamp(microseconds: Int64(length)), under: nil)
        length += added.count
        try Main.say(added.map { "\(run) \($0.sequence) \($0.link)" }.joined(separator: "\n"))
      } catch JournalError.outrun(let known) {
        length = known
      }
    }
  }
}
