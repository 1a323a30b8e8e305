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

  /// An objective for up to `plans` plans at once, which the workers share.
  public init(
    _ model: LatentModel, plans: Int, precision: Precision = .float32,
    workers: Workers = Workers(count: 1)
  ) {
    self.model = model
    self.workers = workers
    blocks = ImaginedBlocks(model, plans: plans, precision: precision)
  }

  /// Looks out from the latent `[1, D]` and the memory's summary `[1, width]`.
  public func look(from latent: Tensor, summary: Tensor, aim: Aim) {
    blocks.start = model.core.begin(latent, summary)
    switch aim {
    case .rewards: blocks.aim = aim
    case .goal(let goal, let caution):
      // The heads say what is added to the latent.
      blocks.aim = .goal(goal - latent, caution: caution)
    }
  }

  /// Imagines each plan, and says what it costs.
  public func weigh(_ plans: Span<Float>, costs: inout MutableSpan<Float>) {
    blocks.fill(plans, count: costs.count)
    workers.perform(blocks, parts: blocks.parts)
    for i in costs.indices { costs[i] = blocks.cost(of: i) }
  }
}
