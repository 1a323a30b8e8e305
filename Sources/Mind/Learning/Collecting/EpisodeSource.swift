// Makes episodes: many copies of a world in lockstep, each with a driver of its own.
import Basics
public import Environments
public import Planning

/// Something that episodes can be drawn from. Episode n is a function of the seed and n alone.
public struct EpisodeSource: Sendable {
  /// The columns of its episodes.
  public let schema: EpisodeSchema
  /// Records the episodes of these numbers.
  public let record: @Sendable (_ episodes: Range<Int>) -> [RecordedEpisode]

  /// How many worlds are stepped together.
  private static var lockstep: Int { 32 }

  /// Episodes of a world.
  ///
  /// - Parameters:
  ///   - stepsMax: steps after which an episode is no longer recorded.
  ///   - policy: makes the driver of an episode that has begun.
  public init<World: Environment>(
    _ world: World, witness: Witness<World>, stepsMax: Int, seed: UInt64,
    policy: @escaping @Sendable (World) -> any Policy
  ) {
    precondition(stepsMax > 0, "episodes of \(stepsMax) steps")
    let schema = EpisodeSchema(spec: world.spec, truth: witness.truth, facts: witness.facts)
    self.schema = schema
    record = { episodes in
      var records: [RecordedEpisode] = []
      for start in stride(from: episodes.lowerBound, to: episodes.upperBound, by: Self.lockstep) {
        let group = start..<min(start + Self.lockstep, episodes.upperBound)
        var lane = Lane(
          batch: EnvironmentBatch(world, count: group.count), witness: witness, schema: schema,
          stepsMax: stepsMax)
        records += lane.run(seeds: group.map { Self.seed(of: $0, in: seed) }, policy: policy)
      }
      return records
    }
  }

  /// The seed of the n-th episode of a collection.
  private static func seed(of episode: Int, in seed: UInt64) -> UInt64 {
    var random = Random(seed: seed, stream: UInt64(episode))
    return random.next()
  }
}

/// Worlds in lockstep, and the episodes that are being recorded of them.
private struct Lane<World: Environment> {
  var batch: EnvironmentBatch<World>
  let witness: Witness<World>
  let schema: EpisodeSchema
  let stepsMax: Int
  var records: [RecordedEpisode] = []
  var truth: [Float] = []

  mutating func run(seeds: [UInt64], policy: (World) -> any Policy) -> [RecordedEpisode] {
    let count = seeds.count
    let width = batch.spec.observationCount
    let actionCount = batch.spec.actions.count
    var observations = [Float](repeating: 0, count: count * width)
    var actions = [Float](repeating: 0, count: count * actionCount)
    var transitions = [Transition](repeating: Transition(), count: count)
    var randoms = seeds.map { Random(seed: $0, stream: 0xAC7) }
    for i in 0..<count {
      var rows = observations.mutableSpan
      batch.reset(i, seed: seeds[i], observations: &rows)
      begin(seeds[i], batch.worlds[i])
      append(i, observations: observations, actions: actions, Transition())
    }
    var policies = batch.worlds.map(policy)
    for _ in 0..<stepsMax where transitions.contains(where: \.goesOn) {
      let isLive = transitions.map(\.goesOn)
      for i in 0..<count where isLive[i] {
        var all = actions.mutableSpan
        var action = all._mutatingExtracting(i * actionCount..<(i + 1) * actionCount)
        policies[i].act(
          on: observations.span.extracting(i * width..<(i + 1) * width), random: &randoms[i],
          action: &action)
      }
      var rows = observations.mutableSpan
      var results = transitions.mutableSpan
      batch.step(actions.span, observations: &rows, transitions: &results)
      for i in 0..<count where isLive[i] {
        append(i, observations: observations, actions: actions, transitions[i])
      }
    }
    return records
  }

  private mutating func begin(_ seed: UInt64, _ world: World) {
    var facts: [Float] = []
    witness.note(world, &facts)
    var start = 0
    let columns = schema.facts.map { column in
      defer { start += column.width }
      return Array(facts[start..<start + column.width])
    }
    let steps = schema.steps.map { column in
      var values: [Float] = []
      values.reserveCapacity((stepsMax + 1) * column.width)
      return values
    }
    records.append(RecordedEpisode(seed: seed, rowCount: 0, steps: steps, facts: columns))
  }

  /// Adds a row to the i-th episode.
  private mutating func append(
    _ i: Int, observations: [Float], actions: [Float], _ transition: Transition
  ) {
    let spec = batch.spec
    var column = 0
    var start = i * spec.observationCount
    for modality in spec.modalities {
      records[i].steps[column] += observations[start..<start + modality.count]
      start += modality.count
      column += 1
    }
    let actionCount = spec.actions.count
    records[i].steps[column] += actions[i * actionCount..<(i + 1) * actionCount]
    records[i].steps[column + 1].append(transition.reward)
    records[i].steps[column + 2].append(transition.terminated ? 1 : 0)
    records[i].steps[column + 3].append(transition.truncated ? 1 : 0)
    column += 4
    truth.removeAll(keepingCapacity: true)
    witness.see(batch.worlds[i], &truth)
    start = 0
    for extra in schema.steps[column...] {
      records[i].steps[column] += truth[start..<start + extra.width]
      start += extra.width
      column += 1
    }
    records[i].rowCount += 1
  }
}
