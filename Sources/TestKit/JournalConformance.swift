// What every journal promises, as checks that anybody can run over a journal of their own.
import Basics
public import Events

/// Checks a journal against the contract of `Journal`.
///
/// It depends on no test framework: it returns what it found, and an empty list is a pass.
///
///     #expect(await JournalConformance { MemoryJournal() }.findings().isEmpty)
public struct JournalConformance: Sendable {
  private let make: @Sendable () throws -> any Journal
  private let seeds: [UInt64]

  /// Checks of journals that come empty from a function; those at random, with these seeds.
  public init(seeds: [UInt64] = [1, 2, 3], make: @escaping @Sendable () throws -> any Journal) {
    self.make = make
    self.seeds = seeds
  }

  /// Everything that breaks the contract, one sentence each.
  public func findings() async -> [String] {
    var findings: [String] = []
    for check in [
      checkAppending, checkRefusals, checkRecords, checkLeases, checkFences, checkContents,
    ] {
      do {
        findings += try await check(make())
      } catch {
        findings.append("the journal failed: \(error)")
      }
    }
    for seed in seeds {
      do {
        findings += try await ConcurrentWriters(seed: seed).findings(in: make())
      } catch {
        findings.append("the journal failed with writers of seed \(seed): \(error)")
      }
    }
    return findings
  }

  private let run = RunID(bits: 1_700_000_000_000 << 20)
  private let time = Timestamp(microseconds: 1_700_000_000_000_000)
  private let goal = Goal(title: "a title", directory: "/a/directory", steps: [])

  private func checkAppending(_ journal: any Journal) async throws -> [String] {
    var findings: [String] = []
    if try await !journal.events(of: run, after: 0).isEmpty {
      findings.append("a run that is not known has events")
    }
    let bodies: [Event.Body] = [.began(goal), .claimed, .judged([]), .finished(.unverified)]
    var added = try await journal.append(
      Array(bodies.prefix(2)), to: run, after: 0, at: time, under: nil)
    let later = time.advanced(bySeconds: 1)
    added += try await journal.append(
      Array(bodies.suffix(2)), to: run, after: 2, at: later, under: nil)
    var chain = Chain()
    let expected = try bodies.enumerated().map { i, body in
      try chain.extend(run, at: i < 2 ? time : later, body)
    }
    if added != expected { findings.append("what was added is not what was given, chained") }
    for length in 0...5 {
      if try await journal.events(of: run, after: length) != Array(expected.dropFirst(length)) {
        findings.append("the events after \(length) are not those that were added")
      }
    }
    if try await !journal.append([], to: run, after: 4, at: time, under: nil).isEmpty {
      findings.append("adding no events adds events")
    }
    return findings
  }

  private func checkRefusals(_ journal: any Journal) async throws -> [String] {
    var findings: [String] = []
    _ = try await journal.append(
      [.began(goal), .claimed], to: run, after: 0, at: time, under: nil)
    for (length, run, known) in [(0, run, 2), (1, run, 2), (3, run, 2), (1, RunID(bits: 1), 0)] {
      let error = await refusal(of: [.resumed(adding: Spending())], to: run, after: length, journal)
      if error != .outrun(length: known) {
        findings.append("a writer that knows \(length) of \(known) events is not outrun")
      }
    }
    if await refusal(of: [], to: run, after: 1, journal) != .outrun(length: 2) {
      findings.append("a writer that adds nothing is not told that it was outrun")
    }
    if try await journal.events(of: run, after: 0).count != 2 {
      findings.append("a refused writer has added events")
    }
    return findings
  }

  private func refusal(
    of bodies: [Event.Body], to run: RunID, after length: Int, _ journal: any Journal,
    under lease: Lease? = nil
  ) async -> JournalError? {
    do throws(JournalError) {
      _ = try await journal.append(bodies, to: run, after: length, at: time, under: lease)
      return nil
    } catch {
      return error
    }
  }

  private func checkRecords(_ journal: any Journal) async throws -> [String] {
    var findings: [String] = []
    let runs = (0..<4).map { RunID(bits: run.bits + $0 << 20) }
    let later = time.advanced(bySeconds: 2)
    for run in runs {
      _ = try await journal.append([.began(goal)], to: run, after: 0, at: time, under: nil)
    }
    _ = try await journal.append(
      [.claimed, .finished(.verified)], to: runs[1], after: 1, at: later, under: nil)
    _ = try await journal.append(
      [.finished(.failed)], to: runs[3], after: 1, at: later, under: nil)
    _ = try await journal.append(
      [.reverted(by: "me")], to: runs[3], after: 2, at: later, under: nil)
    let lease = try await journal.lease(runs[0], to: "me", until: later, after: 0)
    func record(
      _ i: Int, _ length: Int, _ ending: Event.Ending?, isReverted: Bool = false,
      lease: Lease? = nil
    ) -> RunRecord {
      RunRecord(
        run: runs[i], title: goal.title, directory: goal.directory, length: length, began: time,
        latest: ending == nil ? time : later, ending: ending, isReverted: isReverted, lease: lease)
    }
    let expected = [
      record(3, 3, .failed, isReverted: true), record(2, 1, nil), record(1, 3, .verified),
      record(0, 1, nil, lease: lease),
    ]
    if try await journal.runs(onlyOpen: false) != expected {
      findings.append("the records of runs are not what their events say, the youngest first")
    }
    if try await journal.runs(onlyOpen: true) != expected.filter({ $0.ending == nil }) {
      findings.append("the open runs are not those that have not ended")
    }
    return findings
  }

  private func checkLeases(_ journal: any Journal) async throws -> [String] {
    var findings: [String] = []
    // A run may be leased before it has begun.
    let first = try await journal.lease(run, to: "a", until: time, after: 0)
    if first != Lease(run: run, owner: "a", fence: 1, until: time) {
      findings.append("the first lease is not granted as asked")
    }
    if try await !journal.runs(onlyOpen: false).isEmpty {
      findings.append("a run that was leased and has not begun is listed")
    }
    for fence in [0, 2]
    where try await journal.lease(run, to: "b", until: time, after: fence) != nil {
      findings.append("a lease is granted after fence \(fence) where the last was 1")
    }
    let past = Timestamp(microseconds: 0)
    if try await journal.lease(run, to: "a", until: past, after: 1)
      != Lease(run: run, owner: "a", fence: 1, until: past)
    {
      findings.append("a run can not be given back by its owner, under the same fence")
    }
    if try await journal.lease(run, to: "b", until: time, after: 1)?.fence != 2 {
      findings.append("a run that was given back can not be leased")
    }
    return findings
  }

  private func checkFences(_ journal: any Journal) async throws -> [String] {
    var findings: [String] = []
    guard let old = try await journal.lease(run, to: "a", until: time, after: 0) else {
      return ["a run is not leased to the first who asks"]
    }
    _ = try await journal.append([.began(goal)], to: run, after: 0, at: time, under: old)
    guard let new = try await journal.lease(run, to: "b", until: time, after: old.fence) else {
      return ["a run is not leased to the next who asks"]
    }
    let error = await refusal(of: [.claimed], to: run, after: 1, journal, under: old)
    if error != .fenced(fence: new.fence) {
      findings.append("a writer whose lease has gone to another is not kept out")
    }
    let stray = Lease(run: RunID(bits: 2), owner: "c", fence: 1, until: time)
    if await refusal(of: [.began(goal)], to: stray.run, after: 0, journal, under: stray)
      != .fenced(fence: 0)
    {
      findings.append("a writer whose lease was never granted is not kept out")
    }
    if await refusal(of: [.claimed], to: run, after: 1, journal, under: new) != nil {
      findings.append("a writer is kept out of the run that is leased to it")
    }
    return findings
  }

  /// Bodies of odd contents come back as they went.
  private func checkContents(_ journal: any Journal) async throws -> [String] {
    let odd = [
      "", "\0", "\u{FEFF}", "ü\u{308}\r\n\t\"\\/", "\u{2028}", "\u{10FFFF}",
      "'; DROP TABLE runs; --",
      String(repeating: "long ", count: 100_000),
    ]
    var bodies: [Event.Body] = [.began(goal)]
    bodies += odd.map { .paused(reason: $0) }
    bodies += [-1e300, 0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude].map {
      .permitted(step: "s", reserved: Spending(seconds: $0, calls: .max))
    }
    bodies += [
      [0xFF, 0x0A], Array("a b".utf8), [UInt8](repeating: 0x61, count: 255),
    ].compactMap { Path(bytes: $0) }.map { .conflicted([$0]) }
    let added = try await journal.append(bodies, to: run, after: 0, at: time, under: nil)
    let read = try await journal.events(of: run, after: 0)
    return read == added && read.map(\.body) == bodies
      ? [] : ["events with odd texts, numbers or paths come back as others"]
  }
}
