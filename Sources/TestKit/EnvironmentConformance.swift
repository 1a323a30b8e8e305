// What every world promises, as checks that anybody can run over a world of their own.
import Basics
public import Environments

/// Checks a world against the contract of `Environment`.
///
/// It depends on no test framework: it returns what it found, and an empty list is a pass.
///
///     #expect(EnvironmentConformance(MyWorld()).findings().isEmpty)
public struct EnvironmentConformance<World: Environment> {
  private let world: World
  private let spec: EnvironmentSpec
  private let seeds: [UInt64]

  /// Checks of a world, over these episodes.
  public init(_ world: World, seeds: [UInt64] = [1, 2, 3]) {
    precondition(seeds.count > 1, "\(seeds.count) seeds can not be told apart")
    self.world = world
    self.seeds = seeds
    spec = world.spec
  }

  /// Everything that breaks the contract, one sentence each.
  public func findings() -> [String] {
    var findings = checkSpec()
    guard findings.isEmpty else { return findings }
    findings += checkRepetition()
    findings += checkCopies()
    findings += checkStrangeActions()
    findings += checkEnd()
    return findings
  }

  private func checkSpec() -> [String] {
    var findings: [String] = []
    if spec.name.isEmpty { findings.append("the world has no name") }
    if spec.observationCount < 1 { findings.append("an observation has no numbers") }
    if spec.actions.count < 1 { findings.append("an action has no numbers") }
    if !(spec.dt > 0) { findings.append("dt is \(spec.dt), which is no time") }
    if spec.stepsMax < 1 { findings.append("stepsMax is \(spec.stepsMax)") }
    if Set(spec.modalities.map(\.name)).count != spec.modalities.count {
      findings.append("two modalities have the same name")
    }
    return findings
  }

  /// An episode in the course of being lived.
  private struct Life {
    var world: World
    var observation: [Float]
    var random: Random
    var steps = 0

    init(_ world: World, seed: UInt64) {
      self.world = world
      // Old values would show where a world does not write.
      var observation = [Float](repeating: .nan, count: world.spec.observationCount)
      var world = world
      var span = observation.mutableSpan
      world.reset(seed: seed, observation: &span)
      self.world = world
      self.observation = observation
      random = Random(seed: seed, stream: 77)
    }

    mutating func step(_ action: [Float]) -> Transition {
      var seen = [Float](repeating: .nan, count: observation.count)
      var span = seen.mutableSpan
      let transition = world.step(action.span, observation: &span)
      observation = seen
      steps += 1
      return transition
    }

    mutating func step() -> Transition {
      let action: [Float] =
        switch world.spec.actions {
        case .continuous(let ranges): ranges.map { random.uniform(in: $0) }
        case .discrete(let count): [Float(random.index(below: count))]
        }
      return step(action)
    }
  }

  /// Lives on for some steps, or to the end, and folds all that was seen into a number of bits.
  private func trace(_ life: inout Life, steps: Int, _ findings: inout [String]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func fold(_ value: Float) {
      hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3
    }
    for value in life.observation { fold(value) }
    for _ in 0..<steps {
      let transition = life.step()
      for value in life.observation { fold(value) }
      fold(transition.reward)
      fold(transition.terminated ? 1 : 0)
      fold(transition.truncated ? 1 : 0)
      if let i = life.observation.firstIndex(where: { !$0.isFinite }) {
        findings.append("observation[\(i)] is \(life.observation[i]) at step \(life.steps)")
        break
      }
      if !transition.reward.isFinite {
        findings.append("the reward is \(transition.reward) at step \(life.steps)")
        break
      }
      if !transition.goesOn { break }
    }
    return hash
  }

  private func checkRepetition() -> [String] {
    var findings: [String] = []
    var traces: [UInt64] = []
    var used = Life(world, seed: 12345)
    for seed in seeds {
      var life = Life(world, seed: seed)
      let first = trace(&life, steps: spec.stepsMax, &findings)
      // A world that has lived before must begin anew.
      var again = Life(used.world, seed: seed)
      if trace(&again, steps: spec.stepsMax, &findings) != first {
        findings.append("seed \(seed) gives other bits the second time")
      }
      used = again
      traces.append(first)
    }
    if Set(traces).count != traces.count { findings.append("two seeds give the same episode") }
    return findings
  }

  private func checkCopies() -> [String] {
    var findings: [String] = []
    for seed in seeds {
      var life = Life(world, seed: seed)
      for _ in 0..<min(20, spec.stepsMax / 2) where !life.step().goesOn { break }
      let snapshot = life
      let expected = trace(&life, steps: 50, &findings)
      // The copy is taken elsewhere before the original goes on.
      var copy = snapshot
      for _ in 0..<5 { _ = copy.step([Float](repeating: 1, count: spec.actions.count)) }
      var original = snapshot
      if trace(&original, steps: 50, &findings) != expected {
        findings.append(
          "stepping a copy changes the original, or a snapshot does not resume exactly")
      }
    }
    return findings
  }

  private func checkStrangeActions() -> [String] {
    var findings: [String] = []
    for value in [Float.nan, .infinity, -.infinity, 1e30, -1e30, -1, 0.5] {
      var life = Life(world, seed: seeds[0])
      for _ in 0..<min(10, spec.stepsMax) {
        let transition = life.step([Float](repeating: value, count: spec.actions.count))
        if !life.observation.allSatisfy(\.isFinite) || !transition.reward.isFinite {
          findings.append("an action of \(value) leads to numbers that are not finite")
          break
        }
        if !transition.goesOn { break }
      }
    }
    return findings
  }

  private func checkEnd() -> [String] {
    var findings: [String] = []
    for seed in seeds {
      var life = Life(world, seed: seed)
      var last = Transition()
      while last.goesOn, life.steps <= spec.stepsMax { last = life.step() }
      if last.goesOn { findings.append("the episode goes on after stepsMax, \(spec.stepsMax)") }
      if last.terminated && last.truncated {
        findings.append("step \(life.steps) both terminates and truncates")
      }
      if life.step().goesOn { findings.append("the world goes on after its end") }
      if !life.observation.allSatisfy(\.isFinite) {
        findings.append("the world shows nothing after its end")
      }
    }
    return findings
  }
}
