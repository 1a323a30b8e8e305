// Planning with the core: the cross-entropy method.

import Basics
import Tensors

/// Draws plans, imagines them, keeps the ten best, draws around those.
struct CorePlanner: Sendable {
  static let elites = 10

  let core: ImaginationCore
  let samples: Int
  let iterations: Int
  let horizon: Int

  /// Where the normal numbers of an iteration come from.
  enum Noise: Sendable {
    /// Drawn, each shard its own.
    case drawn(Random)
    /// Given: `[iterations, H, N, actions]`.
    case given(Tensor)
  }

  /// The mean plan after all iterations, `[H, actions]`, and the costs of the first iteration.
  func plan(
    from state: Tensor, goal: Tensor, noise: Noise, on workers: Workers
  ) -> (mean: [Float], firstCosts: [Float]) {
    let count = horizon * ImaginationCore.actions
    var mean = [Float](repeating: 0, count: count)
    var deviation = [Float](repeating: 1, count: count)
    var firstCosts: [Float] = []
    // Two shards whatever the number of workers, so that this number changes no result.
    let shards = min(2, samples)
    let rows = samples / shards
    let start = state.reshaped([1, ImaginationCore.width]).repeated(axis: 0, count: rows)
    for iteration in 0..<iterations {
      let (center, spread) = (mean, deviation)
      let parts = workers.map(shards) { shard in
        let actions = candidates(
          center, spread, noise, iteration: iteration, rows: (shard * rows)..<((shard + 1) * rows))
        return (actions, core.costs(from: start, actions: actions, goal: goal).scalars)
      }
      let costs = parts.flatMap(\.1)
      if iteration == 0 { firstCosts = costs }
      let best = costs.indices.sorted { costs[$0] < costs[$1] }.prefix(Self.elites)
      refit(to: best.map { (parts[$0 / rows].0, $0 % rows) }, rows, &mean, &deviation)
    }
    return (mean, firstCosts)
  }

  /// `[H, rows, actions]`
  private func candidates(
    _ mean: [Float], _ deviation: [Float], _ noise: Noise, iteration: Int, rows: Range<Int>
  ) -> Tensor {
    let width = ImaginationCore.actions
    var result = Tensor(zeros: [horizon, rows.count, width])
    result.withMutableSpan { out in
      switch noise {
      case .drawn(let random):
        var random = random.fork(UInt64(iteration * samples + rows.lowerBound))
        for i in out.indices { out[i] = random.normal() }
      case .given(let all):
        let span = all.span
        for step in 0..<horizon {
          let from = ((iteration * horizon + step) * samples + rows.lowerBound) * width
          for i in 0..<(rows.count * width) { out[step * rows.count * width + i] = span[from + i] }
        }
      }
      for step in 0..<horizon {
        for row in 0..<rows.count {
          for a in 0..<width {
            let at = (step * rows.count + row) * width + a
            out[at] = mean[step * width + a] + deviation[step * width + a] * out[at]
          }
        }
      }
    }
    return result
  }

  /// Mean and deviation of the best plans.
  private func refit(
    to best: [(Tensor, Int)], _ rows: Int, _ mean: inout [Float], _ deviation: inout [Float]
  ) {
    let width = ImaginationCore.actions
    let share = 1 / Float(best.count)
    for step in 0..<horizon {
      for a in 0..<width {
        var (sum, squares): (Float, Float) = (0, 0)
        for (actions, row) in best { sum += actions.span[(step * rows + row) * width + a] }
        let center = sum * share
        for (actions, row) in best {
          let off = actions.span[(step * rows + row) * width + a] - center
          squares += off * off
        }
        mean[step * width + a] = center
        deviation[step * width + a] = (squares * share).squareRoot()
      }
    }
  }
}
