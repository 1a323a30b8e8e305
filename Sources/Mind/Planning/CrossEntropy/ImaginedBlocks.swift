// Plans that are imagined, in blocks that threads share.

import Environments
import Tensors
import WorldModels

/// Each part imagines a block of plans through all its steps, in a space that stays in the cache. A
/// plan's cost does not depend on the block that it is in. Unchecked Sendable because a part writes
/// its own block alone, and the rest is written between two jobs.
final class ImaginedBlocks: SharedWork, @unchecked Sendable {
  /// Some plans, what they cost, and how likely it came to their last step.
  private final class Block {
    let space: RecurrentEnsemble.Space
    var costs: [Float]
    var shares: [Float]

    init(_ space: RecurrentEnsemble.Space) {
      self.space = space
      costs = [Float](repeating: 0, count: space.rows)
      shares = costs
    }
  }

  /// Plans of a block.
  private static let rows = 64

  /// The state before anything is imagined, `[1, S]`.
  var start = Tensor(0)
  /// What plans are good for; a goal is what is to be added to the latent.
  var aim = ImaginedObjective.Aim.rewards(discount: 1)
  private let model: LatentModel
  private let ensemble: RecurrentEnsemble
  private let blocks: [Block]
  private let most: Int
  private var plans: [Float] = []
  private var count = 0
  private var steps = 0

  /// Room for `plans` plans.
  init(_ model: LatentModel, plans: Int, precision: Precision) {
    self.model = model
    let ensemble = model.core.prepared(precision)
    self.ensemble = ensemble
    most = plans
    blocks = (0..<(plans + Self.rows - 1) / Self.rows).map { _ in
      Block(ensemble.space(rows: min(plans, Self.rows)))
    }
  }

  /// The blocks of the plans that were filled in.
  var parts: Int { (count + Self.rows - 1) / Self.rows }

  /// What a plan costs.
  func cost(of plan: Int) -> Float { blocks[plan / Self.rows].costs[plan % Self.rows] }

  /// Takes in `count` plans of the world's actions.
  func fill(_ raw: Span<Float>, count: Int) {
    let configuration = model.configuration
    precondition(count > 0 && count <= most, "\(count) plans in room for \(most)")
    self.count = count
    steps = raw.count / count / configuration.actions.count
    let needed = count * steps * configuration.actionCount
    if plans.count < needed { plans = [Float](repeating: 0, count: needed) }
    configuration.encode(raw, into: &plans)
  }

  override func perform(_ part: Int) {
    let (first, block) = (part * Self.rows, blocks[part])
    let rows = min(Self.rows, count - first)
    ensemble.begin(start, rows: rows, in: block.space)
    let stride = steps * ensemble.actions
    for row in 0..<rows {
      block.costs[row] = 0
      block.shares[row] = 1
    }
    for step in 0..<steps {
      let (slot, isLast) = (step % block.space.steps, step == steps - 1)
      ensemble.step(
        plans.span, start: first * stride + step * ensemble.actions, stride: stride, rows: rows,
        in: block.space, slot: slot)
      switch aim {
      case .goal(let goal, let caution):
        guard isLast || slot == block.space.steps - 1 else { continue }
        let share = 1 / Float(ensemble.latent * steps)
        ensemble.addCosts(
          goal: goal, near: share, apart: caution * share, steps: slot + 1, rows: rows,
          in: block.space, to: &block.costs)
      case .rewards(let discount):
        earn(block, rows: rows, discount: discount, isLast: isLast)
      }
    }
  }

  /// Counts the rewards of a step, and who is still there after it.
  private func earn(_ block: Block, rows: Int, discount: Float, isLast: Bool) {
    let states = ensemble.states(rows: rows, in: block.space)
    let rewards = model.rewards(at: states)
    for row in 0..<rows { block.costs[row] -= block.shares[row] * rewards[row] }
    if isLast { return }
    let continuations = model.continuations(at: states)
    for row in 0..<rows { block.shares[row] *= discount * continuations[row] }
  }
}
