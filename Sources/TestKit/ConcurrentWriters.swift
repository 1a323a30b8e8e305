// Many writers of the same runs at once, at random: what a journal has to keep apart.
import Basics
import Events

/// Writers that compete for a few runs, each by the rules: lease, append, give way.
struct ConcurrentWriters: Sendable {
  var seed: UInt64
  var writers = 8
  var runs = 3
  var attempts = 40

  private let goal = Goal(title: "contended", directory: "/", steps: [])

  init(seed: UInt64) { self.seed = seed }

  /// What a writer was told is in the journal.
  private struct Acknowledged: Sendable {
    var events: [Event] = []
    var fences: [Int] = []
    var findings: [String] = []
  }

  /// Lets them write, and compares what they were told with what the journal has.
  func findings(in journal: any Journal) async throws -> [String] {
    let all = try await withThrowingTaskGroup { group in
      for writer in 0..<writers {
        group.addTask { try await write(writer, in: journal) }
      }
      return try await group.reduce(into: Acknowledged()) {
        $0.events += $1.events
        $0.fences += $1.fences
        $0.findings += $1.findings
      }
    }
    var findings = all.findings
    if Set(all.fences).count != all.fences.count {
      findings.append("two writers were given the same fence of a run (seed \(seed))")
    }
    for i in 0..<runs {
      let kept = try await journal.events(of: name(i), after: 0)
      var chain = Chain()
      if try !kept.allSatisfy({ try chain.check($0) }) {
        findings.append("the chain of a run with many writers is broken (seed \(seed))")
      }
      let told = all.events.filter { $0.run == name(i) }.sorted { $0.sequence < $1.sequence }
      if told != kept {
        findings.append(
          "writers were told of \(told.count) events, and the journal has \(kept.count), or others "
            + "(seed \(seed))")
      }
    }
    return findings
  }

  private func name(_ i: Int) -> RunID { RunID(bits: UInt64(i + 1)) }

  private func write(_ writer: Int, in journal: any Journal) async throws -> Acknowledged {
    var random = Random(seed: seed, stream: UInt64(writer))
    var told = Acknowledged()
    var lengths = [Int](repeating: 0, count: runs)
    var leases = [Lease?](repeating: nil, count: runs)
    for attempt in 0..<attempts {
      let i = random.index(below: runs)
      let time = Timestamp(microseconds: Int64(writer * attempts + attempt))
      if random.index(below: 4) == 0 {
        let record = try await journal.runs(onlyOpen: false).first { $0.run == name(i) }
        if let lease = try await journal.lease(
          name(i), to: "\(writer)", until: time, after: record?.lease?.fence ?? 0)
        {
          leases[i] = lease
          // Its own lease it renews, under the same fence.
          if lease.fence != record?.lease?.fence { told.fences.append(lease.fence * runs + i) }
        }
      }
      do throws(JournalError) {
        var bodies = (0..<random.index(below: 4)).map { _ in
          Event.Body.paused(reason: "\(writer) \(attempt)")
        }
        if lengths[i] == 0 { bodies.insert(.began(goal), at: 0) }
        let added = try await journal.append(
          bodies, to: name(i), after: lengths[i], at: time, under: leases[i])
        if added.map(\.body) != bodies {
          told.findings.append("a writer was told of other events than its own (seed \(seed))")
        }
        told.events += added
        lengths[i] += added.count
      } catch {
        switch error {
        case .outrun(let length): lengths[i] = length
        case .fenced: leases[i] = nil
        case .unavailable, .damaged: throw error
        }
      }
    }
    return told
  }
}
