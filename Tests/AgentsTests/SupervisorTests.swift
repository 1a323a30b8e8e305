// Leases: one owner at a time, and none that comes back too late.
import Agents
import Basics
import Events
import Testing

@Suite struct SupervisorTests {
  let run = RunID(bits: 1)
  let journal = MemoryJournal()

  func supervisor(_ owner: String, at seconds: Double, gone: [String] = []) -> Supervisor {
    Supervisor(
      journal: journal, owner: owner,
      now: { Timestamp(microseconds: 0).advanced(bySeconds: seconds) },
      isGone: { gone.contains($0) })
  }

  func begin() async throws -> RunRecord {
    let goal = Goal(title: "t", directory: "/", steps: [])
    _ = try await journal.append(
      [.began(goal)], to: run, after: 0, at: Timestamp(microseconds: 0), under: nil)
    return try await record()
  }

  func record() async throws -> RunRecord {
    try #require(try await journal.runs(onlyOpen: false).first)
  }

  @Test func onlyOneWorksAtATime() async throws {
    let fresh = try await begin()
    let inner = try await supervisor("a", at: 10).attend(run, last: fresh.lease) { _ in
      let lease = try await self.record().lease
      return try await self.supervisor("b", at: 11).attend(self.run, last: lease) { _ in true }
    }
    #expect(inner == .some(nil))
    let after = try await record().lease
    #expect(try await supervisor("b", at: 12).attend(run, last: after) { $0.fence } == 2)
  }

  @Test(arguments: [(50.0, []), (11.0, ["a"])])
  func whoComesBackTooLateCanNotWrite(at seconds: Double, gone: [String]) async throws {
    let fresh = try await begin()
    await #expect(throws: JournalError.fenced(fence: 2)) {
      _ = try await supervisor("a", at: 10).attend(run, last: fresh.lease) { lease in
        // Meanwhile its lease has run out, or it was thought to be dead.
        let last = try await self.record().lease
        _ = try await self.supervisor("b", at: seconds, gone: gone).attend(self.run, last: last) {
          try await self.journal.append(
            [.claimed], to: self.run, after: 1, at: Timestamp(microseconds: 0), under: $0)
        }
        return try await self.journal.append(
          [.claimed], to: self.run, after: 2, at: Timestamp(microseconds: 0), under: lease)
      }
    }
  }

  @Test func aProcessKnowsItself() {
    #expect(!Owner.isGone(Owner.this.description))
    #expect(Owner.isGone("another boot/1/1"))
    let parts = Owner.this.description.split(separator: "/")
    #expect(Owner.isGone("\(parts[0])/\(parts[1])/7"))
  }
}
