// The latent model on a chain of three states whose every answer is known.
import Basics
import Environments
import Networks
import Tensors
import Testing
import WorldModels

/// A chain of three states, A, B and C: the choice 1 goes on to the next, 0 stays. Arriving at C earns
/// 1 and ends the episode. What a row of it holds is written out by hand.
enum Chain {
  static let spec = EnvironmentSpec(
    name: "chain", modalities: [Modality("state", shape: [3], unit: "one-hot", kind: .symbolic)],
    actions: .discrete(2), dt: 1, stepsMax: 4)

  /// An episode from A under these choices, as far as it goes: rows of state, choice, reward, ending.
  static func episode(_ choices: [Int]) -> [(state: Int, choice: Int, reward: Float, end: Float)] {
    var rows: [(state: Int, choice: Int, reward: Float, end: Float)] = [(0, 0, 0, 0)]
    for choice in choices where rows[rows.count - 1].state < 2 {
      let state = rows[rows.count - 1].state + choice
      rows.append((state, choice, state == 2 ? 1 : 0, state == 2 ? 1 : 0))
    }
    return rows
  }

  /// A window for each list of choices: its episode, then the beginning of another one.
  static func windows(_ choices: [[Int]], length: Int) -> LatentSequence {
    var sequence = LatentSequence(
      batch: 0, length: length, observations: [[]], actions: [], rewards: [], terminated: [],
      isFirst: [])
    for list in choices {
      var rows = episode(list).map { (row: $0, first: Float(0)) }
      rows[0].first = 1
      while rows.count < length { rows.append((row: (0, 0, 0, 0), first: 1)) }
      for (row, first) in rows.prefix(length) {
        sequence.observations[0] += (0..<3).map { $0 == row.state ? 1 : 0 }
        sequence.actions.append(Float(row.choice))
        sequence.rewards.append(row.reward)
        sequence.terminated.append(row.end)
        sequence.isFirst.append(first)
      }
      sequence.batch += 1
    }
    return sequence
  }
}

@Suite struct LatentTests {
  private var tiny: LatentModel.Configuration {
    var c = LatentModel.Configuration(of: Chain.spec, rewardLimit: 1)
    (c.width, c.heads, c.latent, c.state, c.action, c.hidden) = (8, 2, 4, 8, 4, 8)
    (c.reward.count, c.members) = (5, 2)
    return c
  }

  @Test func everyStepIsHeldAgainstTheRowThatItLeadsTo() {
    // A -1-> B -1-> C ends; the fourth row begins another episode.
    let sequence = Chain.windows([[1, 1]], length: 4)
    var random = Random(seed: 1)
    let targets = LatentTargets(of: sequence, starts: 9, horizon: 3, random: &random)
    // Nothing starts at the end C, nor in the next episode.
    #expect(targets.starts == [0, 1])
    // From A: B after one step, C after two. From B: C after one. Nothing beyond the end.
    #expect(
      targets.pairs == [
        .init(step: 1, start: 0, row: 1), .init(step: 1, start: 1, row: 2),
        .init(step: 2, start: 0, row: 2),
      ])
    // The action of a step lies in the row that it leads to.
    #expect(targets.actionRows == [[1, 2], [2, 1], [0, 1]])
    let foretold = targets.pairs.map {
      (sequence.rewards[$0.row], sequence.terminated[$0.row])
    }
    #expect(foretold.map(\.0) == [0, 1, 1] && foretold.map(\.1) == [0, 1, 1])
  }

  @Test func startsAreDrawnAllOver() {
    let sequence = Chain.windows(
      [[Int]](repeating: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], count: 2), length: 9)
    var random = Random(seed: 1)
    var seen: Set<Int> = []
    for _ in 0..<50 {
      let targets = LatentTargets(of: sequence, starts: 3, horizon: 2, random: &random)
      #expect(targets.starts.count == 6)
      seen.formUnion(targets.starts)
    }
    #expect(seen == Set(0..<8).union(9..<17))
  }

  @Test func whatLedToTheFirstRowMeansNothing() {
    var random = Random(seed: 2)
    let model = LatentModel(tiny, random: &random)
    let sequence = Chain.windows([[1, 1]], length: 3)
    var changed = sequence
    (changed.actions[0], changed.rewards[0], changed.terminated[0]) = (1, 1, 1)
    #expect(model.read(changed).summaries.scalars == model.read(sequence).summaries.scalars)
    (changed.actions[1], changed.rewards[1]) = (0, 1)
    #expect(model.read(changed).summaries.scalars != model.read(sequence).summaries.scalars)
  }

  @Test func aMissingModalityIsNotAZero() {
    var random = Random(seed: 3)
    var c = tiny
    c.inputs = LatentModel.Configuration(of: PointMass().spec, rewardLimit: 1).inputs
    let model = LatentModel(c, random: &random)
    let there = model.latents(of: [[0, 0], [0, 0], [0, 0]]).scalars
    let missing = model.latents(of: [[0, 0], [.nan, 0], [0, 0]]).scalars
    #expect(missing.allSatisfy { $0.isFinite } && missing != there)
    #expect(model.latents(of: [[0, 0], [.nan, 7], [0, 0]]).scalars == missing)
  }

  @Test(arguments: LatentObjective.Regularizer.allCases)
  func gradientsAreThoseOfTheLoss(regularizer: LatentObjective.Regularizer) {
    var random = Random(seed: 4)
    let model = LatentModel(tiny, random: &random)
    let sequence = Chain.windows([[1, 1], [0, 1, 1], [1, 0, 1]], length: 4)
    var objective = LatentObjective()
    objective.regularizer = regularizer
    let targets = LatentTargets(of: sequence, starts: 4, horizon: 3, random: &random)
    func loss(_ model: LatentModel) -> Tensor {
      var random = Random(seed: 5)
      return model.loss(sequence, targets, objective, random: &random).total(objective)
    }
    let gradients = valueWithGradients(of: model, loss).gradients
    #expect(
      gradients.values.count { $0.scalars.allSatisfy { $0 == 0 } } <= model.parameters.count / 8)
    for trial in 0..<4 {
      var direction = Random(seed: 6, stream: UInt64(trial))
      let steps = model.parameters.map { Tensor.normal($0.value.shape, random: &direction) }
      let slope = zip(gradients.values, steps).reduce(0) { $0 + ($1.0 * $1.1).sum().item }
      func moved(_ size: Float) -> Float {
        var index = -1
        let other = model.mapParameters { parameter in
          index += 1
          return parameter.value + steps[index] * size
        }
        return loss(other).item
      }
      let found = (moved(1e-3) - moved(-1e-3)) / 2e-3
      #expect(abs(found - slope) < 0.02 * abs(slope) + 0.05, "\(found) against \(slope)")
    }
  }

  @Test func theChainIsLearned() {
    var random = Random(seed: 7)
    var c = tiny
    (c.width, c.latent, c.state, c.hidden) = (16, 8, 16, 16)
    var model = LatentModel(c, random: &random)
    var optimizer = AdamW(for: model)
    let objective = LatentObjective()
    for _ in 0..<400 {
      let choices = (0..<16).map { _ in (0..<4).map { _ in random.index(below: 2) } }
      let sequence = Chain.windows(choices, length: 5)
      let targets = LatentTargets(of: sequence, starts: 4, horizon: 3, random: &random)
      let (_, gradients) = valueWithGradients(of: model) {
        $0.loss(sequence, targets, objective, random: &random).total(objective)
      }
      optimizer.update(&model, with: gradients, rate: 1e-2)
    }
    // From A: one step earns nothing, the second arrives; staying earns nothing.
    let reading = model.read(Chain.windows([[1, 1]], length: 1))
    func imagined(_ choices: [Float]) -> (rewards: [Float], goesOn: [Float], states: [[Float]]) {
      var state = model.core.begin(reading.latents, reading.summaries)
      var (rewards, goesOn, states): ([Float], [Float], [[Float]]) = ([], [], [])
      for choice in choices {
        state = model.core.step(state, model.actions([choice]))
        rewards += model.rewards(at: state)
        goesOn += model.continuations(at: state)
        states += model.observations(at: model.core.latents(state, from: reading.latents)[0])
      }
      return (rewards, goesOn, states)
    }
    let arriving = imagined([1, 1])
    #expect(abs(arriving.rewards[0]) < 0.1 && abs(arriving.rewards[1] - 1) < 0.1, "\(arriving)")
    #expect(arriving.goesOn[0] > 0.9 && arriving.goesOn[1] < 0.1, "\(arriving)")
    #expect(arriving.states == [[0, 1, 0], [0, 0, 1]])
    let staying = imagined([1, 0, 1])
    #expect(abs(staying.rewards[1]) < 0.1 && abs(staying.rewards[2] - 1) < 0.1, "\(staying)")
    #expect(staying.states == [[0, 1, 0], [0, 1, 0], [0, 0, 1]])
  }

  @Test func theStandardCoreHasTheSizeThatIsWritten() {
    var random = Random(seed: 8)
    let core = LatentCore(.init(memory: 256, actions: 8), random: &random)
    let used = core.parameterCount - core.start.parameterCount
    #expect((870_000...900_000).contains(used), "\(used) parameters")
  }
}

@Suite struct RegularityTests {
  private func sample(_ deviation: Float, _ count: Int = 1024, _ width: Int = 8) -> Tensor {
    var random = Random(seed: 9)
    return Tensor.normal([count, width], deviation: deviation, random: &random)
  }

  private func gap(_ latents: Tensor) -> Float {
    var random = Random(seed: 10)
    return sigReg(latents, directions: 64, random: &random).item
  }

  @Test func aNormalSampleIsLeftAlone() {
    // The mean of the statistic of N normal numbers is ∫ (1 − e^{−t²}) e^{−t²/2} dt / N = 1.06/N.
    #expect(abs(gap(sample(1)) * 1024 - 1.06) < 0.3, "\(gap(sample(1)))")
    #expect(vicReg(sample(1)).item < 0.03)
  }

  @Test func collapseIsSeen() {
    // All in one point: ∫ (1 − e^{−t²/2})² e^{−t²/2} dt = √2π (1 − 2/√2 + 1/√3) = 0.409.
    #expect(abs(gap(sample(1e-4)) - 0.409) < 0.01, "\(gap(sample(1e-4)))")
    #expect(vicReg(sample(1e-4)).item > 0.9)
    // On a line: no dimension is short of variance, and all share it.
    let line = sample(1, 1024, 1).matmul(Tensor(repeating: 1, shape: [1, 8]))
    #expect(gap(line) > 20 * gap(sample(1)) && vicReg(line).item > 0.2)
  }

  @Test func theRecurrenceIsTheSum() {
    // Against the definition, in double steps of cos and sin of each knot.
    let x = sample(0.7, 64, 1)
    var expected = 0.0
    for knot in 0..<17 {
      let t = 3 * Float(knot) / 16
      let cosines = x.scalars.map { Double(cosine(t * $0)) }.reduce(0, +) / 64
      let sines = x.scalars.map { Double(sine(t * $0)) }.reduce(0, +) / 64
      let normal = Double(exponential(-t * t / 2))
      let gap = (cosines - normal) * (cosines - normal) + sines * sines
      expected += gap * normal * (knot == 0 || knot == 16 ? 1 : 2) * 3 / 16
    }
    #expect(abs(Double(gap(x)) - expected) < 1e-4)
  }
}
