// The harness: paired, repeatable, and the same on any number of workers.

import Basics
import Dispatch
import Environments
import Planning
import Synchronization
import Testing

@Suite struct TournamentTests {
  static let tournament = Tournament(
    .missions(lidar: false), contenders: [.purePursuit, .honest, .oracles[3]])

  /// Runs on all cores, in whatever order.
  static func spread(
    _ count: Int, _ body: @escaping @Sendable (Int) -> EpisodeRecord
  ) -> [EpisodeRecord] {
    let results = Mutex([Int: EpisodeRecord]())
    DispatchQueue.concurrentPerform(iterations: count) { i in
      let record = body(i)
      results.withLock { $0[i] = record }
    }
    return results.withLock { all in (0..<count).compactMap { all[$0] } }
  }

  @Test func theNumberOfWorkersChangesNothing() {
    let alone = Self.tournament.run(seeds: 40..<43)
    let together = Self.tournament.run(seeds: 40..<43, map: Self.spread)
    #expect(alone == together && alone.count == 9)
  }

  @Test func everybodyDrivesTheSameMissions() {
    let records = Self.tournament.run(seeds: 7..<10, map: Self.spread)
    for i in 0..<3 {
      #expect(records[i].seed == records[3 + i].seed)
      #expect(records[i].lengthOptimal == records[6 + i].lengthOptimal)
      #expect(records[i].scenario == (records[i].seed % 4 == 0 ? "blindCorner" : "ordinary"))
    }
    let summary = Summary("pure pursuit", Array(records[0..<3]))
    #expect(summary.episodes == 3 && summary.hours > 0)
    var random = Random(seed: 1)
    let same = Comparison(
      Array(records[3..<6]), against: Array(records[3..<6]), random: &random)
    #expect(same.success.estimate == 0)
  }

  @Test func thePlannerBeatsChance() {
    let tournament = Tournament(.missions(lidar: false), contenders: [.random, .honest])
    let records = tournament.run(seeds: 60..<72, map: Self.spread)
    let won = { (name: String) in
      records.filter { $0.contender == name && $0.isSuccess }.count
    }
    #expect(won("random") == 0 && won(Contender.honestName) >= 9)
  }

  @Test func thoughtsAreWrittenDownOnRequest() {
    let contender = Contender.planned(
      "aloud", motion: FixedMotion.nominal, thinksAloud: true)
    var thoughts = 0
    _ = Self.tournament.play(contender, seed: 3) { _, policy in
      if let thought = policy.thought, thought.plan.count == 36, thought.others.count == 12 {
        thoughts += 1
      }
    }
    #expect(thoughts > 20)
  }
}
