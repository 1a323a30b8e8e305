// The objective of a learned model: plans are imagined side by side, in latents.

public import Tensors
public import WorldModels

/// What a latent model expects of plans. It is made once and looks out from one moment after another,
/// in memory of its own; towards a goal it allocates nothing.
public final class ImaginedObjective: Objective {
  /// What a plan is good for.
  public enum Aim: Sendable {
    /// To earn: the rewards, each times the discount and the chance that it comes to it.
    case rewards(discount: Float)
    /// To come to a latent `[1, D]` and stay: the mean over steps of the squared distance, plus the
    /// heads' disagreement times the caution.
    case goal(Tensor, caution: Float)
  }

  private let model: LatentModel
  private let workers: Workers
  private let blocks: ImaginedBlocks
  private var discount: Float?

  /// An objective for up to `plans` plans at once, which the workers share.
  public init(
    _ model: LatentModel, plans: Int, precision: Precision = .float32,
    workers: Workers = Workers(count: 1)
  ) {
    self.model = model
    self.workers = workers
    blocks = ImaginedBlocks(model.core.prepared(precision), plans: plans)
  }

  /// Looks out from the latent `[1, D]` and the memory's summary `[1, width]`.
  public func look(from latent: Tensor, summary: Tensor, aim: Aim) {
    blocks.start = model.core.begin(latent, summary)
    switch aim {
    case .rewards(let discount): self.discount = discount
    case .goal(let goal, let caution):
      discount = nil
      // The heads say what is added to the latent.
      blocks.goal = goal - latent
      blocks.caution = caution
    }
  }

  /// Imagines each plan, and says what it costs.
  public func weigh(_ plans: Span<Float>, costs: inout MutableSpan<Float>) {
    if let discount {
      weigh(plans, discount: discount, costs: &costs)
    } else {
      blocks.fill(plans, count: costs.count, encodedBy: model.configuration)
      workers.perform(blocks, parts: blocks.parts)
      for i in costs.indices { costs[i] = blocks.cost(of: i) }
    }
  }

  private func weigh(_ plans: Span<Float>, discount: Float, costs: inout MutableSpan<Float>) {
    let (count, width) = (costs.count, model.configuration.actionCount)
    let encoded = model.actions((0..<plans.count).map { plans[$0] })
    let steps = encoded.shape[0] / max(1, count)
    let actions = encoded.reshaped([count, steps, width])
    var state = blocks.start.repeated(axis: 0, count: count)
    var shares = [Float](repeating: 1, count: count)
    for i in 0..<count { costs[i] = 0 }
    for step in 0..<steps {
      state = model.core.step(
        state, actions.sliced(axis: 1, step..<step + 1).reshaped([count, width]))
      let rewards = model.rewards(at: state)
      let continuations = steps > 1 ? model.continuations(at: state) : []
      for i in 0..<count {
        costs[i] -= shares[i] * rewards[i]
        if steps > 1 { shares[i] *= discount * continuations[i] }
      }
    }
  }
}
