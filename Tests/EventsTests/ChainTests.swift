// Hash chains, hashes and names.
import Basics
import Events
import Foundation
import Testing

@Suite struct ChainTests {
  let run = RunID(bits: 7)
  let bodies: [Event.Body] = [
    .began(Goal(title: "t", directory: "/d", steps: [])), .claimed, .finished(.verified),
  ]

  func events() throws -> [Event] {
    var chain = Chain()
    return try bodies.map { try chain.extend(run, at: Timestamp(microseconds: 5), $0) }
  }

  func isWhole(_ events: [Event]) throws -> Bool {
    var chain = Chain()
    return try events.allSatisfy { try chain.check($0) }
  }

  /// The link covers what the head of `Chain` says, and what anybody can make of the event's JSON.
  @Test func coversTheEventWithoutItsLink() throws {
    for event in try events() {
      let bytes = try Chain.bytes(
        of: event.body, run: event.run, sequence: event.sequence, at: event.at)
      var all = try JSON.decoded(JSON.self, from: Data(JSON.encoded(event)))
      guard case .object(var members) = all else { continue }
      members["link"] = nil
      all = .object(members)
      #expect(try JSON.encoded(all) == bytes)
      #expect(try Event(bytes: bytes, link: event.link) == event)
    }
  }

  @Test func holdsAfterJSON() throws {
    let data = Data(try JSON.encoded(events()))
    #expect(try isWhole(JSON.decoded([Event].self, from: data)))
  }

  @Test func breaksWhereAnythingWasChanged() throws {
    let whole = try events()
    #expect(try isWhole(whole))
    #expect(try !isWhole([whole[0], whole[2]]))
    #expect(try !isWhole([whole[1], whole[0], whole[2]]))
    var forged = whole
    forged[1] = Event(
      run: run, sequence: 1, at: whole[1].at, body: .cancelled(by: "me"), link: whole[1].link)
    #expect(try !isWhole(forged))
  }

  @Test func aHashIsTheStandardOne() {
    let digest = Digest(of: Array("abc".utf8))
    #expect(
      digest.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digest(digest.description) == digest)
    #expect(Digest("00") == nil)
  }

  @Test func namesSortByAgeAndSurviveWords() throws {
    var random = Random(seed: 1)
    let early = RunID(at: 1_000, random: &random)
    let late = RunID(at: 1_001, random: &random)
    #expect(early < late)
    #expect(early.description < late.description)
    #expect(RunID(late.description) == late)
    #expect(RunID("0123") == nil)
  }

  @Test func timesAreSaidInUTC() {
    #expect(Timestamp(microseconds: 1_500_000).description == "1970-01-01T00:00:01.500Z")
  }
}
