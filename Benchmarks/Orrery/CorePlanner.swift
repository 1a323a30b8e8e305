// Planning with the core: the plain cross-entropy method with white noise, which is also the peer's, so
// that both sides can be given the same numbers and checked to find the same plan. (The library's own
// planner, iCEM, keeps plans and colours its noise.)

import Basics
import Tensors
import WorldModels

/// Draws plans, imagines them, keeps the ten best, draws around those.
final class CorePlanner {
  static let elites = 10

  /// Where the normal numbers of an iteration come from.
  enum Noise: Sendable {
    /// Drawn, each block its own.
    case drawn(Random)
    /// Given: `[iterations, H, N, actions]`.
    case given(Tensor)
  }

  let iterations: Int
  private let round: Round
  private var best: [(block: Int, row: Int, cost: Float)] = []

  init(
    _ core: LatentCore, samples: Int, iterations: Int, horizon: Int, precision: Precision
  ) {
    self.iterations = iterations
    // Blocks that two threads can share, and that stay in the cache; whatever the number of
    // workers, so that it changes no result.
    let rows = samples < 32 ? samples : min(256, samples / 2)
    precondition(samples % rows == 0, "\(samples) samples in blocks of \(rows)")
    round = Round(
      core.prepared(precision), blocks: samples / rows, rows: rows, horizon: horizon)
    best.reserveCapacity(Self.elites + 1)
  }

  /// The mean plan after the last decision, `[H, actions]`.
  var mean: [Float] { round.mean }

  /// What the candidates of the last iteration cost.
  var costs: [Float] { round.blocks.flatMap(\.costs) }

  /// Makes a plan; `iterations` may be fewer than usual.
  func plan(
    from state: Tensor, goal: Tensor, noise: Noise, iterations: Int? = nil, on workers: Workers
  ) {
    round.begin(from: state, goal: goal, noise: noise)
    for iteration in 0..<(iterations ?? self.iterations) {
      round.iteration = iteration
      workers.perform(round, parts: round.blocks.count)
      select()
      round.refit(to: best)
    }
  }

  /// The cheapest candidates, in order.
  private func select() {
    best.removeAll(keepingCapacity: true)
    for (index, block) in round.blocks.enumerated() {
      for row in 0..<block.rows {
        let cost = block.costs[row]
        if best.count == Self.elites, cost >= best[Self.elites - 1].cost { continue }
        var place = best.count
        while place > 0 && best[place - 1].cost > cost { place -= 1 }
        best.insert((index, row, cost), at: place)
        if best.count > Self.elites { best.removeLast() }
      }
    }
  }
}

extension RecurrentEnsemble {
  /// One of `horizon` steps, and what it costs: ‖mean − goal‖² + Σ variance of each row. The heads are
  /// asked about several steps at once.
  func weigh(
    _ step: Int, of horizon: Int, _ actions: Span<Float>, stride: Int, goal: Tensor, rows: Int,
    in space: Space, to costs: inout [Float]
  ) {
    let slot = step % space.steps
    self.step(
      actions, start: step * self.actions, stride: stride, rows: rows, in: space, slot: slot)
    guard slot == space.steps - 1 || step == horizon - 1 else { return }
    addCosts(
      goal: goal, near: 1, apart: 1, steps: slot + 1, rows: rows, in: space, to: &costs)
  }
}

/// The candidates that one thread imagines together.
private final class Block {
  let rows: Int
  let space: RecurrentEnsemble.Space
  /// `[rows, H, actions]`
  var actions: [Float]
  var costs: [Float]

  init(_ ensemble: RecurrentEnsemble, rows: Int, horizon: Int) {
    self.rows = rows
    space = ensemble.space(rows: rows)
    actions = [Float](repeating: 0, count: rows * horizon * ensemble.actions)
    costs = [Float](repeating: 0, count: rows)
  }
}

/// One iteration: each part draws and imagines a block of candidates. Unchecked Sendable because a
/// part writes its own block alone, and the rest is written between two iterations.
private final class Round: SharedWork, @unchecked Sendable {
  let ensemble: RecurrentEnsemble
  let blocks: [Block]
  let horizon: Int
  var mean: [Float]
  var deviation: [Float]
  var iteration = 0
  private var state = Tensor(0)
  private var goal = Tensor(0)
  private var noise = CorePlanner.Noise.drawn(Random(seed: 0))

  init(_ ensemble: RecurrentEnsemble, blocks: Int, rows: Int, horizon: Int) {
    self.ensemble = ensemble
    self.horizon = horizon
    self.blocks = (0..<blocks).map { _ in Block(ensemble, rows: rows, horizon: horizon) }
    mean = [Float](repeating: 0, count: horizon * ensemble.actions)
    deviation = mean
  }

  func begin(from state: Tensor, goal: Tensor, noise: CorePlanner.Noise) {
    (self.state, self.goal, self.noise) = (state, goal, noise)
    for i in mean.indices {
      mean[i] = 0
      deviation[i] = 1
    }
  }

  override func perform(_ part: Int) {
    let block = blocks[part]
    draw(part, block)
    for row in 0..<block.rows { block.costs[row] = 0 }
    ensemble.begin(state, rows: block.rows, in: block.space)
    let stride = mean.count
    for step in 0..<horizon {
      ensemble.weigh(
        step, of: horizon, block.actions.span, stride: stride, goal: goal, rows: block.rows,
        in: block.space, to: &block.costs)
    }
  }

  private func draw(_ part: Int, _ block: Block) {
    let width = ensemble.actions
    switch noise {
    case .drawn(let random):
      var random = random.fork(UInt64(iteration * blocks.count + part))
      for row in 0..<block.rows {
        for i in mean.indices {
          block.actions[row * mean.count + i] = mean[i] + deviation[i] * random.normal()
        }
      }
    case .given(let all):
      let numbers = all.span
      let samples = blocks.count * block.rows
      for row in 0..<block.rows {
        for i in mean.indices {
          let (step, a) = (i / width, i % width)
          let sample = part * block.rows + row
          let at = ((iteration * horizon + step) * samples + sample) * width + a
          block.actions[row * mean.count + i] = mean[i] + deviation[i] * numbers[at]
        }
      }
    }
  }

  /// Mean and deviation of the best plans.
  func refit(to best: [(block: Int, row: Int, cost: Float)]) {
    let share = 1 / Float(best.count)
    for i in mean.indices {
      var (sum, squares): (Float, Float) = (0, 0)
      for one in best { sum += blocks[one.block].actions[one.row * mean.count + i] }
      let center = sum * share
      for one in best {
        let off = blocks[one.block].actions[one.row * mean.count + i] - center
        squares += off * off
      }
      mean[i] = center
      deviation[i] = (squares * share).squareRoot()
    }
  }
}
