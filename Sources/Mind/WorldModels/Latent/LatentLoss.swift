// What a latent model is to get right: the future, open loop, and everything that keeps it honest.

public import Basics
import Environments
import Networks
public import Tensors

/// What is asked of a latent model, and how much each part weighs.
public struct LatentObjective: Codable, Sendable, Hashable {
  /// What keeps latents apart.
  public enum Regularizer: String, Codable, Sendable, CaseIterable {
    /// They are to look like a normal sample.
    case sigReg = "sigreg"
    /// They are to vary, and not together.
    case vicReg = "vicreg"
    /// Nothing does; for comparison.
    case none
  }

  /// What keeps latents apart.
  public var regularizer = Regularizer.sigReg
  /// The weight of SIGReg for the statistic of 128 latents, which is 128 times the gap.
  public var sigReg: Float = 0.09
  /// The weight of VICReg.
  public var vicReg: Float = 1
  /// The weight of inverse dynamics.
  public var inverse: Float = 1
  /// The weight of the reward.
  public var reward: Float = 0.1
  /// The weight of the continuation.
  public var continuation: Float = 1
  /// The weight of the observation heads.
  public var observation: Float = 1
  /// Directions that SIGReg looks along in a step.
  public var directions = 64

  /// The usual weights.
  public init() {}
}

/// The parts of a loss, before they are weighed.
public struct LatentLoss: Sendable {
  /// The mean squared error of imagined latents, over all heads, later steps weighing more.
  public var prediction: Tensor
  /// What the regularizer says.
  public var regularity: Tensor
  /// The error of the action that is guessed from two latents.
  public var inverse: Tensor
  /// The cross-entropy of the reward.
  public var reward: Tensor
  /// The cross-entropy of going on.
  public var continuation: Tensor
  /// The error of the observations that are read from latents.
  public var observation: Tensor

  /// The weighed sum.
  public func total(_ o: LatentObjective) -> Tensor {
    let spread =
      switch o.regularizer {
      case .sigReg: regularity * (128 * o.sigReg)
      case .vicReg: regularity * o.vicReg
      case .none: regularity * 0
      }
    return prediction + spread + inverse * o.inverse + reward * o.reward
      + continuation * o.continuation + observation * o.observation
  }

  /// The parts by name.
  public var values: [(name: String, value: Double)] {
    [
      ("prediction", prediction), ("regularity", regularity), ("inverse", inverse),
      ("reward", reward), ("continuation", continuation), ("observation", observation),
    ].map { (name: $0.0, value: Double($0.1.item)) }
  }
}

extension LatentModel {
  /// The loss of windows, imagined from the starts of `targets`. No gradient is stopped: what is
  /// foretold may become easier to foretell, and the other parts see that it stays worth it.
  public func loss(
    _ sequence: LatentSequence, _ targets: LatentTargets, _ objective: LatentObjective,
    random: inout Random
  ) -> LatentLoss {
    let reading = read(sequence)
    let z = reading.latents
    let regularity =
      switch objective.regularizer {
      case .vicReg: vicReg(z)
      case .sigReg, .none: sigReg(z, directions: objective.directions, random: &random)
      }
    let observation = observationLoss(z, sequence.observations)
    guard !targets.pairs.isEmpty else {
      let nothing = Tensor(0)
      return LatentLoss(
        prediction: nothing, regularity: regularity, inverse: nothing, reward: nothing,
        continuation: nothing, observation: observation)
    }
    let states = imagined(reading, targets, actions(sequence.actions))
    let rows = targets.pairs.map(\.row)
    let goesOn = Tensor(rows.map { 1 - sequence.terminated[$0] }, shape: [rows.count, 1])
    let logits = continuationHead(states)
    return LatentLoss(
      prediction: predictionLoss(states, z, targets),
      regularity: regularity, inverse: inverseLoss(z, targets, sequence.actions),
      reward: configuration.reward.loss(rewardHead(states), rows.map { sequence.rewards[$0] }),
      continuation: (logits.softplus() - goesOn * logits).mean(), observation: observation)
  }

  /// The state of each pair of `targets`, `[pairs, S]`.
  private func imagined(
    _ reading: Reading, _ targets: LatentTargets, _ actions: Tensor
  ) -> Tensor {
    var state = core.begin(
      reading.latents.gathered(rows: targets.starts),
      reading.summaries.gathered(rows: targets.starts))
    var states: [Tensor] = []
    for rows in targets.actionRows {
      state = core.step(state, actions.gathered(rows: rows))
      states.append(state)
    }
    let count = targets.starts.count
    return Tensor.concatenated(states, axis: 0)
      .gathered(rows: targets.pairs.map { ($0.step - 1) * count + $0.start })
  }

  private func predictionLoss(_ states: Tensor, _ z: Tensor, _ targets: LatentTargets) -> Tensor {
    let pairs = targets.pairs
    let total = Float(pairs.reduce(0) { $0 + $1.step })
    let weights = Tensor(pairs.map { Float($0.step) / total }, shape: [pairs.count])
    let truth = z.gathered(rows: pairs.map(\.row))
    let origin = z.gathered(rows: pairs.map { targets.starts[$0.start] })
    let errors = core.latents(states, from: origin).map {
      (($0 - truth).square().mean(axis: 1) * weights).sum()
    }
    return errors.dropFirst().reduce(errors[0]) { $0 + $1 } * (1 / Float(errors.count))
  }

  private func inverseLoss(_ z: Tensor, _ targets: LatentTargets, _ raw: [Float]) -> Tensor {
    let pairs = targets.pairs.filter { $0.step == 1 }
    let (before, after) = (pairs.map { targets.starts[$0.start] }, pairs.map(\.row))
    let guess = inverse(
      .concatenated([z.gathered(rows: before), z.gathered(rows: after)], axis: 1))
    switch configuration.actions {
    case .discrete:
      let choices = configuration.choices(raw)
      return crossEntropy(guess, targets: after.map { choices[$0] })
    case .continuous:
      return (guess - actions(raw).gathered(rows: after)).square().mean()
    }
  }

  private func observationLoss(_ z: Tensor, _ observations: [[Float]]) -> Tensor {
    var loss = Tensor(0)
    for (index, input) in configuration.inputs.enumerated() {
      let values = observations[index]
      let rows = input.isThere(values).enumerated().filter(\.element).map(\.offset)
      guard !rows.isEmpty else { continue }
      let said = decoders[index](z.gathered(rows: rows))
      switch input.kind {
      case .symbol:
        let classes = input.classes(values)
        loss = loss + crossEntropy(said, targets: rows.map { classes[$0] })
      case .vector:
        let truth = rows.flatMap { row in
          values[row * input.count..<(row + 1) * input.count].map(symlog)
        }
        loss = loss + (said - Tensor(truth, shape: said.shape)).square().mean()
      }
    }
    return loss
  }
}
