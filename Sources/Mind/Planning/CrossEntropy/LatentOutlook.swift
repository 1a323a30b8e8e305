// The outlook of a learned model: plans are imagined side by side, in latents.

public import Tensors
public import WorldModels

/// What a latent model expects of plans.
public struct LatentOutlook: Outlook {
  /// What a plan is good for.
  public enum Aim: Sendable {
    /// To earn: the rewards, each times the discount and the chance that it comes to it.
    case rewards(discount: Float)
    /// To come to a latent `[1, D]` and stay: the mean over steps of the squared distance, plus the
    /// heads' disagreement times the caution.
    case goal(Tensor, caution: Float)
  }

  private let model: LatentModel
  private let latent: Tensor
  private let summary: Tensor
  private let aim: Aim

  /// What lies ahead of the latent `[1, D]` and the memory's summary `[1, width]`.
  public init(_ model: LatentModel, latent: Tensor, summary: Tensor, aim: Aim) {
    self.model = model
    self.latent = latent
    self.summary = summary
    self.aim = aim
  }

  /// Imagines each plan, and says what it costs.
  public func costs(of plans: [Float], count: Int) -> [Float] {
    let width = model.configuration.actionCount
    let encoded = model.actions(plans)
    let steps = encoded.shape[0] / max(1, count)
    let actions = encoded.reshaped([count, steps, width])
    var state = model.core.begin(latent, summary).repeated(axis: 0, count: count)
    let origin = latent.reshaped([latent.count])
    var costs = [Float](repeating: 0, count: count)
    var shares = [Float](repeating: 1, count: count)
    for step in 0..<steps {
      state = model.core.step(
        state, actions.sliced(axis: 1, step..<step + 1).reshaped([count, width]))
      switch aim {
      case .rewards(let discount):
        let rewards = model.rewards(at: state)
        let continuations = steps > 1 ? model.continuations(at: state) : []
        for i in 0..<count {
          costs[i] -= shares[i] * rewards[i]
          if steps > 1 { shares[i] *= discount * continuations[i] }
        }
      case .goal(let goal, let caution):
        let parts = Self.distances(
          model.core.latents(state, from: origin), to: goal, caution: caution)
        for i in 0..<count { costs[i] += parts[i] / Float(steps) }
      }
    }
    return costs
  }

  /// The squared distance of the heads' mean from the goal, and the heads' variance times the caution.
  private static func distances(
    _ latents: [Tensor], to goal: Tensor, caution: Float
  ) -> [Float] {
    let share = 1 / Float(latents.count)
    let mean = latents.dropFirst().reduce(latents[0]) { $0 + $1 } * share
    let near = (mean - goal.reshaped([goal.count])).square().mean(axis: 1)
    guard caution > 0 else { return near.scalars }
    let squares = latents.map { ($0 - mean).square().mean(axis: 1) }
    let variance = squares.dropFirst().reduce(squares[0]) { $0 + $1 } * share
    return (near + variance * caution).scalars
  }
}
