// Work for measuring how fast the warehouse steps; the clock belongs to the caller.
import Basics

/// Warehouses that drive about for as many steps as asked, on the caller's thread.
///
/// Every step is a whole one, its observation written and its reward judged, and whoever is done
/// begins another mission within the time measured. At random commands few arrive, so that missions
/// last until their time is over, some thousand steps.
///
///     var load = SimulatorLoad(lidar: true)
///     load.run(steps: 100)              // builds the sites
///     let time = clock.measure { sum = load.run(steps: 100_000) }
public struct SimulatorLoad: Sendable {
  private var batch: EnvironmentBatch<Warehouse>
  private var observations: [Float]
  private var actions: [Float]
  private var transitions: [Transition]
  private var random: Random
  private var episodes: UInt64

  /// `worlds` missions with eight movers each.
  public init(lidar: Bool, worlds: Int = 16, seed: UInt64 = 0) {
    var settings = WarehouseSettings.missions(sites: 0..<8, lidar: lidar)
    settings.movers = 8
    settings.contactEnds = false
    var batch = EnvironmentBatch(Warehouse(settings), count: worlds)
    var observations = [Float](repeating: 0, count: worlds * batch.spec.observationCount)
    actions = [Float](repeating: 0, count: worlds * batch.spec.actions.count)
    transitions = [Transition](repeating: Transition(), count: worlds)
    random = Random(seed: seed, stream: 9)
    var span = observations.mutableSpan
    for i in 0..<worlds { batch.reset(i, seed: UInt64(i), observations: &span) }
    episodes = UInt64(worlds)
    self.batch = batch
    self.observations = observations
  }

  /// Takes at least this many steps over all worlds, with a command held for 20 of them.
  ///
  /// - Returns: steps taken, and a sum over what was seen, so that nothing can be left out.
  @discardableResult
  public mutating func run(steps: Int) -> (steps: Int, sum: Float) {
    var sum: Float = 0
    var taken = 0
    let worlds = batch.worlds.count
    while taken < steps {
      if (taken / worlds) % 20 == 0 {
        for i in 0..<worlds {
          actions[2 * i] = random.uniform(in: 0...1.2)
          actions[2 * i + 1] = random.uniform(in: -1...1)
        }
      }
      sum += Self.step(&batch, actions, &observations, &transitions, &episodes)
      taken += worlds
    }
    return (taken, sum)
  }

  private static func step(
    _ batch: inout EnvironmentBatch<Warehouse>, _ actions: [Float], _ observations: inout [Float],
    _ transitions: inout [Transition], _ episodes: inout UInt64
  ) -> Float {
    var sum: Float = 0
    var observed = observations.mutableSpan
    var outcomes = transitions.mutableSpan
    batch.step(actions.span, observations: &observed, transitions: &outcomes)
    for i in 0..<outcomes.count {
      sum += outcomes[i].reward
      if !outcomes[i].goesOn {
        batch.reset(i, seed: episodes, observations: &observed)
        episodes += 1
      }
    }
    return sum
  }
}
