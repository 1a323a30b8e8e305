// Contenders on the same episodes.

import Basics
public import Environments

/// Plays paired episodes: every contender drives the same missions with the same robots among the
/// same movers.
///
/// Where the settings ask for a mixture of scenarios, every fourth seed is a blind corner, so that
/// the scenario of an episode is known.
public struct Tournament: Sendable {
  /// What episodes are drawn from.
  public let settings: WarehouseSettings
  /// Who plays.
  public let contenders: [Contender]
  /// Seconds from some fixed instant; without one no decision is timed.
  public let clock: (@Sendable () -> Double)?
  private let ordinary: Warehouse
  private let blindCorner: Warehouse

  /// Runs a body for every index and gives the results in order, on however many threads.
  public typealias Mapping = (
    _ count: Int, _ body: @escaping @Sendable (Int) -> EpisodeRecord
  ) -> [EpisodeRecord]

  /// A tournament.
  public init(
    _ settings: WarehouseSettings, contenders: [Contender],
    clock: (@Sendable () -> Double)? = nil
  ) {
    self.settings = settings
    self.contenders = contenders
    self.clock = clock
    var settings = settings
    if settings.scenario == .mixed { settings.scenario = .ordinary }
    ordinary = Warehouse(settings)
    settings.scenario = .blindCorner
    blindCorner = Warehouse(settings)
  }

  /// Plays every seed with every contender.
  ///
  /// - Parameter map: runs episodes side by side; the records do not depend on how.
  /// - Returns: records, contender by contender, in the order of the seeds.
  public func run(
    seeds: Range<UInt64>, map: Mapping = { count, body in (0..<count).map(body) }
  ) -> [EpisodeRecord] {
    let seeds = Array(seeds)
    return map(seeds.count * contenders.count) { i in
      play(contenders[i / seeds.count], seed: seeds[i % seeds.count])
    }
  }

  /// Plays one episode.
  ///
  /// - Parameter look: shown the world and the policy after every decision, before the step, and
  ///   once more when the episode has ended.
  public func play(
    _ contender: Contender, seed: UInt64, look: ((Warehouse, any Policy) -> Void)? = nil
  ) -> EpisodeRecord {
    let isBlind = settings.scenario == .mixed ? seed % 4 == 0 : settings.scenario == .blindCorner
    var world = isBlind ? blindCorner : ordinary
    let spec = world.spec
    var observation = [Float](repeating: 0, count: spec.observationCount)
    var action = [Float](repeating: 0, count: spec.actions.count)
    var seen = observation.mutableSpan
    world.reset(seed: seed, observation: &seen)
    var random = Random(seed: seed, stream: 0x706C_616E)
    var policy = contender.make(world.mission, spec)
    var referee = Referee(
      contender.name, seed: seed, scenario: isBlind ? "blindCorner" : "ordinary", world: world)
    var goesOn = true
    var times: [Double] = []
    var truth = world.truth
    while goesOn {
      if var oracle = policy as? any Oracle {
        oracle.see(truth)
        policy = oracle
      }
      let start = clock?()
      decide(&policy, observation, &random, &action)
      if let clock, let start { times.append(clock() - start) }
      referee.count(policy.effort)
      look?(world, policy)
      var out = observation.mutableSpan
      goesOn = world.step(action.span, observation: &out).goesOn
      truth = world.truth
      referee.watch(world, truth: truth)
    }
    look?(world, policy)
    var record = referee.record
    record.decisionMs = 1000 * mean(times)
    for time in times { record.decisionTimes.add(seconds: time) }
    return record
  }

  private func decide(
    _ policy: inout any Policy, _ observation: [Float], _ random: inout Random,
    _ action: inout [Float]
  ) {
    var command = action.mutableSpan
    policy.act(on: observation.span, random: &random, action: &command)
  }
}
