// Durable steps per second.
import Basics
import Events
import Foundation
import Storage

/// Steps as a runner takes them: an intent that is durable before the act, a receipt that is durable
/// after it. There is no act here, so the receipt of a step and the intent of the next one go together,
/// as the runner writes them: each step is one append of two events, and waits for the disk once.
struct Steps: Sendable {
  var file: String
  var runs: Int
  var seconds: Int

  /// What was measured.
  private struct Result: Encodable {
    var runs: Int
    var steps: Int
    var seconds: Double
    /// Microseconds from asking to being durable: of each thousandth, 0 to 1,000.
    var thousandths: [Double]
  }

  /// Takes steps, and says how many and how quick.
  func measure() async throws {
    let journal = try SQLiteJournal(at: file)
    let began = ContinuousClock.now
    let end = began + .seconds(seconds)
    var times = try await withThrowingTaskGroup(of: [Double].self) { group in
      for i in 0..<runs {
        group.addTask { try await steps(of: RunID(bits: UInt64(i + 1)), in: journal, until: end) }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let took = (ContinuousClock.now - began).inSeconds
    times.sort()
    let result = Result(
      runs: runs, steps: times.count, seconds: took,
      thousandths: (0...1_000).map { times[$0 * (times.count - 1) / 1_000] * 1e6 })
    try Main.say(String(decoding: JSON.encoded(result).dropLast(), as: UTF8.self))
  }

  private func steps(
    of run: RunID, in journal: SQLiteJournal, until end: ContinuousClock.Instant
  ) async throws -> [Double] {
    var times: [Double] = []
    var time = Timestamp(microseconds: 1_700_000_000_000_000)
    var length = try await journal.append(
      [Bodies.beginning, Bodies.intent(0)], to: run, after: 0, at: time, under: nil
    ).count
    guard let lease = try await journal.lease(run, to: "runner", until: time, after: 0) else {
      throw CancellationError()
    }
    var before = ContinuousClock.now
    while before < end {
      time = time.advanced(bySeconds: 0.001)
      length += try await journal.append(
        [Bodies.receipt(times.count), Bodies.intent(times.count + 1)], to: run, after: length,
        at: time, under: lease
      ).count
      let now = ContinuousClock.now
      times.append((now - before).inSeconds)
      before = now
    }
    return times
  }
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
