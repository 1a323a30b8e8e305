// Somebody who remembers, imagines and plans in one world with a latent model.

public import Basics
import Environments
import Tensors
public import WorldModels

/// A latent model at work: it reads every real step once, and plans from what it then knows.
public struct LatentAgent {
  /// What the agent wants.
  public enum Aim: Sendable {
    /// To earn rewards; later ones count less.
    case rewards(discount: Float)
    /// To see what the function makes of an observation; the heads' disagreement costs the caution.
    case goal(caution: Float, @Sendable (_ observation: [Float]) -> [Float])
  }

  private let model: LatentModel
  private let aim: Aim
  private var planner: CrossEntropyPlanner
  private var memory: Backbone.State?
  private var reading: LatentModel.Reading?
  private var observation: [Float] = []
  /// Made anew at each beginning. An agent that is copied within an episode shares it: only one of the
  /// two may act at a time.
  private var objective: ImaginedObjective?

  /// An agent that has seen nothing.
  public init(_ model: LatentModel, aim: Aim, planner: CrossEntropyPlanner.Configuration) {
    self.model = model
    self.aim = aim
    self.planner = CrossEntropyPlanner(planner, actions: model.configuration.actions)
  }

  /// Takes in the first observation of an episode.
  public mutating func begin(_ observation: [Float]) {
    memory = nil
    planner.reset()
    objective = ImaginedObjective(model, plans: planner.configuration.most)
    let actions = [Float](repeating: 0, count: model.configuration.actions.count)
    read(observation, action: actions, reward: 0, terminated: false, isFirst: true)
  }

  /// Takes in what came of an action.
  public mutating func observe(
    _ observation: [Float], after action: [Float], reward: Float, terminated: Bool
  ) {
    read(observation, action: action, reward: reward, terminated: terminated, isFirst: false)
  }

  /// The latent of the present, `[D]`, and the memory's summary of all that was, `[width]`.
  public var belief: (latent: [Float], summary: [Float])? {
    reading.map { ($0.latents.scalars, $0.summaries.scalars) }
  }

  /// The next action.
  public mutating func act(random: inout Random) -> [Float] {
    guard let reading, let objective else {
      preconditionFailure("an action before the first observation")
    }
    let aim: ImaginedObjective.Aim =
      switch aim {
      case .rewards(let discount): .rewards(discount: discount)
      case .goal(let caution, let goal):
        .goal(model.latents(of: split(goal(observation))), caution: caution)
      }
    objective.look(from: reading.latents, summary: reading.summaries, aim: aim)
    planner.plan(objective, random: &random)
    return Array(planner.best.prefix(model.configuration.actions.count))
  }

  private mutating func read(
    _ observation: [Float], action: [Float], reward: Float, terminated: Bool, isFirst: Bool
  ) {
    self.observation = observation
    let row = LatentSequence(
      batch: 1, length: 1, observations: split(observation), actions: action, rewards: [reward],
      terminated: [terminated ? 1 : 0], isFirst: [isFirst ? 1 : 0])
    let result = model.read(row, after: memory)
    memory = result.memory
    reading = result
  }

  private func split(_ observation: [Float]) -> [[Float]] {
    var start = 0
    return model.configuration.inputs.map { input in
      defer { start += input.count }
      return Array(observation[start..<start + input.count])
    }
  }
}
