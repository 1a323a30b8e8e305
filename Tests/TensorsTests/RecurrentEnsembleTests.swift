// The prepared ensemble against the same mathematics in tensor operations.

import Basics
import Tensors
import Testing

@Suite struct RecurrentEnsembleTests {
  typealias Layer = RecurrentEnsemble.Layer

  /// A small ensemble, and what it does in plain operations.
  struct Twin {
    let action, input, recurrent: Layer
    let norm: Tensor
    let heads: [(first: Layer, second: Layer)]

    init(actions: Int, state: Int, latent: Int) {
      var random = Random(seed: 5)
      func layer(_ inputs: Int, _ outputs: Int) -> Layer {
        (
          .normal([inputs, outputs], deviation: 0.3, random: &random),
          .normal([outputs], deviation: 0.1, random: &random)
        )
      }
      action = layer(actions, 24)
      input = layer(24, 3 * state)
      recurrent = layer(state, 3 * state)
      norm = .uniform([state], in: 0.5...1.5, random: &random)
      heads = (0..<3).map { _ in (layer(state, 40), layer(40, latent)) }
    }

    func prepared(_ precision: Precision) -> RecurrentEnsemble {
      RecurrentEnsemble(
        action: action, input: input, recurrent: recurrent, norm: norm, epsilon: 1e-5,
        heads: heads, precision: precision)
    }

    func step(_ s: Tensor, _ a: Tensor) -> Tensor {
      let embedded = a.linear(action.weight, action.bias).silu()
      return gatedRecurrence(
        input: embedded.linear(input.weight, input.bias),
        recurrent: s.linear(recurrent.weight, recurrent.bias), state: s
      ).rmsNorm(norm, epsilon: 1e-5)
    }

    func say(_ s: Tensor) -> [Tensor] {
      heads.map { first, second in
        s.linear(first.weight, first.bias).silu().linear(second.weight, second.bias)
      }
    }
  }

  @Test(arguments: [(1, 5, 17, 9), (20, 3, 32, 16), (50, 10, 33, 20)])
  func isTheSameMathematics(rows: Int, actions: Int, state: Int, latent: Int) {
    let twin = Twin(actions: actions, state: state, latent: latent)
    var random = Random(seed: 7)
    let start = Tensor.normal([1, state], random: &random)
    let goal = Tensor.normal([latent], random: &random)
    let plans = Tensor.normal([rows, 4, actions], random: &random)
    var s = start.repeated(axis: 0, count: rows)
    var expected = Tensor(zeros: [rows])
    for step in 0..<4 {
      s = twin.step(s, plans.sliced(axis: 1, step..<step + 1).reshaped([rows, actions]))
      let said = twin.say(s)
      let mean = said.dropFirst().reduce(said[0], +) * (1 / 3)
      let variance = said.map { ($0 - mean).square() }.reduce(Tensor(zeros: mean.shape), +)
      expected =
        expected + (mean - goal).square().sum(axis: 1) * 0.5 + variance.sum(axis: 1) * (0.25 / 3)
    }
    for variant in KernelVariant.available {
      for precision in Precision.allCases {
        let (costs, states) = variant.run {
          Self.imagined(
            twin.prepared(precision), start, goal, plans.scalars, rows: rows, blocks: [rows])
        }
        let limit: Float = precision == .float32 ? 1e-4 : 0.06
        let scale = expected.scalars.map(abs).max() ?? 1
        #expect(
          KernelTests.largestDifference(costs, expected) < limit * scale,
          "\(variant) \(precision) costs")
        #expect(KernelTests.largestDifference(states, s) < limit, "\(variant) \(precision) states")
      }
    }
  }

  /// How rows are put into blocks, and so how many threads there are, changes no bit.
  @Test(arguments: Precision.allCases) func blocksChangeNothing(precision: Precision) {
    let twin = Twin(actions: 3, state: 32, latent: 16)
    var random = Random(seed: 8)
    let start = Tensor.normal([32], random: &random)
    let goal = Tensor.normal([16], random: &random)
    let plans = Tensor.normal([64, 4, 3], random: &random).scalars
    let ensemble = twin.prepared(precision)
    let whole = Self.imagined(ensemble, start, goal, plans, rows: 64, blocks: [64])
    for blocks in [[32, 32], [16, 48], [16, 16, 16, 16]] {
      let parts = Self.imagined(ensemble, start, goal, plans, rows: 64, blocks: blocks)
      #expect(parts.costs.scalars == whole.costs.scalars)
    }
  }

  /// About how many steps at once the heads are asked changes no bit either.
  @Test(arguments: Precision.allCases) func stepsAtOnceChangeNothing(precision: Precision) {
    let twin = Twin(actions: 3, state: 32, latent: 16)
    var random = Random(seed: 8)
    let start = Tensor.normal([32], random: &random)
    let goal = Tensor.normal([16], random: &random)
    let ensemble = twin.prepared(precision)
    for rows in [1, 5, 20, 64] {
      let plans = Tensor.normal([rows, 7, 3], random: &random).scalars
      let single = Self.imagined(ensemble, start, goal, plans, rows: rows, blocks: [rows])
      for asked in [2, 3, 4] {
        let several = Self.imagined(
          ensemble, start, goal, plans, rows: rows, blocks: [rows], asked: asked)
        #expect(several.costs.scalars == single.costs.scalars, "\(rows) rows, \(asked) steps")
      }
    }
  }

  static func imagined(
    _ ensemble: RecurrentEnsemble, _ start: Tensor, _ goal: Tensor, _ plans: [Float], rows: Int,
    blocks: [Int], asked: Int = 1
  ) -> (costs: Tensor, states: Tensor) {
    var costs: [Float] = []
    let stride = plans.count / rows
    let space = ensemble.space(rows: rows)
    var first = 0
    for block in blocks {
      var weighed = [Float](repeating: 0, count: block)
      ensemble.begin(start, rows: block, in: space)
      let steps = stride / ensemble.actions
      for step in 0..<steps {
        let slot = step % asked
        ensemble.step(
          plans.span, start: first * stride + step * ensemble.actions, stride: stride, rows: block,
          in: space, slot: slot)
        guard slot == asked - 1 || step == steps - 1 else { continue }
        ensemble.addCosts(
          goal: goal, near: 0.5, apart: 0.25, steps: slot + 1, rows: block, in: space, to: &weighed
        )
      }
      costs += weighed
      first += block
    }
    return (
      Tensor(costs, shape: [rows]), ensemble.states(rows: blocks.last ?? rows, in: space)
    )
  }
}
