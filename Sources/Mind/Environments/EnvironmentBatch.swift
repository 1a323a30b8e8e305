// Many worlds stepped together into memory that their user owns.

/// Worlds in lockstep: world i reads and writes the i-th row of its user's buffers. Stepping
/// allocates nothing.
public struct EnvironmentBatch<World: Environment>: Sendable {
  /// The worlds.
  public var worlds: [World]
  /// Their contract.
  public let spec: EnvironmentSpec
  private let observationCount: Int
  private let actionCount: Int

  /// `count` copies of a world, which share what never changes. Each has to be reset.
  public init(_ world: World, count: Int) {
    precondition(count > 0, "a batch of \(count) worlds")
    worlds = [World](repeating: world, count: count)
    spec = world.spec
    observationCount = spec.observationCount
    actionCount = spec.actions.count
  }

  /// Begins an episode in one world.
  ///
  /// - Parameter observations: `[worlds, spec.observationCount]`, of which row `index` is written.
  public mutating func reset(
    _ index: Int, seed: UInt64, observations: inout MutableSpan<Float>
  ) {
    precondition(
      observations.count == worlds.count * observationCount,
      "\(observations.count) floats for \(worlds.count) observations of \(observationCount)")
    var row = observations._mutatingExtracting(
      index * observationCount..<(index + 1) * observationCount)
    worlds[index].reset(seed: seed, observation: &row)
  }

  /// Steps every world.
  ///
  /// - Parameters:
  ///   - actions: `[worlds, spec.actions.count]`.
  ///   - observations: `[worlds, spec.observationCount]`.
  ///   - transitions: `[worlds]`.
  public mutating func step(
    _ actions: Span<Float>, observations: inout MutableSpan<Float>,
    transitions: inout MutableSpan<Transition>
  ) {
    let count = worlds.count
    precondition(
      actions.count == count * actionCount && observations.count == count * observationCount
        && transitions.count == count,
      "\(actions.count) action, \(observations.count) observation floats and "
        + "\(transitions.count) transitions for \(count) worlds of \(actionCount) "
        + "and \(observationCount)")
    for i in 0..<count {
      let action = actions.extracting(i * actionCount..<(i + 1) * actionCount)
      var row = observations._mutatingExtracting(i * observationCount..<(i + 1) * observationCount)
      transitions[i] = worlds[i].step(action, observation: &row)
    }
  }
}
