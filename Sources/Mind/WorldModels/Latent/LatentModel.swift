// The world model for any world: tokens, memory, latents, imagination, and what can be read from it.

public import Basics
public import Networks
public import Tensors

/// Learns any world from the contract of its observations: a memory that reads each real step once
/// (``Backbone``), latents of what is seen, and a small core that imagines (``LatentCore``).
///
/// The token of a step is x_t = Σ E_m(o^m_t) + E_a(a_{t−1}) + E_r(r_{t−1}) + E_c(c_{t−1}), with a
/// vector of its own for what is missing; the latent z_t = norm(MLP(Σ E_m(o^m_t))) knows the present
/// alone, the summary h_t all that was. `N` rows; B windows of T rows where there is time.
public struct LatentModel: Module {
  /// What it is made of.
  public let configuration: Configuration
  var encoders: [ModalityEncoder]
  var action: Linear
  var reward: Linear
  var ending: Embedding
  var began: Tensor
  var backbone: Backbone
  var latent: MLP
  var latentNorm: RMSNorm
  /// Imagines.
  public var core: LatentCore
  var rewardHead: MLP
  var continuationHead: MLP
  var inverse: MLP
  var decoders: [MLP]

  /// A model of this make.
  public init(_ c: Configuration, random: inout Random) {
    configuration = c
    encoders = []
    for input in c.inputs {
      encoders.append(ModalityEncoder(input, width: c.width, random: &random))
    }
    action = Linear(c.actionCount, c.width, hasBias: false, random: &random)
    reward = Linear(c.reward.count, c.width, hasBias: false, gain: 3, random: &random)
    ending = Embedding(2, c.width, deviation: 0.1, random: &random)
    began = .normal([1, c.width], deviation: 0.1, random: &random)
    backbone = Backbone(
      .init(input: c.width, width: c.width, heads: c.heads, mixers: c.mixers), random: &random)
    latent = MLP([c.width, c.width, c.latent], isNormed: true, random: &random)
    latentNorm = RMSNorm(c.latent)
    core = LatentCore(
      .init(
        latent: c.latent, memory: c.width, actions: c.actionCount, state: c.state,
        action: c.action, hidden: c.hidden, members: c.members), random: &random)
    rewardHead = MLP([c.state, c.hidden, c.reward.count], outputGain: 0.1, random: &random)
    continuationHead = MLP([c.state, c.hidden, 1], outputGain: 0.1, random: &random)
    inverse = MLP([2 * c.latent, c.hidden, c.actionCount], random: &random)
    decoders = []
    for input in c.inputs {
      decoders.append(MLP([c.latent, c.hidden, input.outputs], random: &random))
    }
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.modules("encoders", &encoders)
    visitor.module("action", &action)
    visitor.module("reward", &reward)
    visitor.module("ending", &ending)
    visitor.parameter("began", &began)
    visitor.module("backbone", &backbone)
    visitor.module("latent", &latent)
    visitor.module("latentNorm", &latentNorm)
    visitor.module("core", &core)
    visitor.module("rewardHead", &rewardHead)
    visitor.module("continuationHead", &continuationHead)
    visitor.module("inverse", &inverse)
    visitor.modules("decoders", &decoders)
  }

  /// What the model makes of what it reads.
  public struct Reading: Sendable {
    /// The latent of each row, `[N, D]`.
    public var latents: Tensor
    /// The memory's summary at each row, `[N, width]`.
    public var summaries: Tensor
    /// The memory after the last row.
    public var memory: Backbone.State?
  }

  /// The latents of observations alone, `[N, D]`, given `[N, count]` for each modality.
  public func latents(of observations: [[Float]]) -> Tensor {
    latents(ofObserved: observed(observations))
  }

  /// Reads windows on from a memory (nil: nothing was read). A stream reads windows of one row.
  public func read(_ sequence: LatentSequence, after memory: Backbone.State? = nil) -> Reading {
    let seen = observed(sequence.observations)
    let isFirst = Tensor(sequence.isFirst, shape: [sequence.isFirst.count, 1])
    let token =
      seen + led(to: sequence) * (1 - isFirst) + isFirst.matmul(began)
    var memory = memory
    let width = configuration.width
    let summaries = backbone(
      token.reshaped([sequence.batch, sequence.length, width]), state: &memory)
    return Reading(
      latents: latents(ofObserved: seen),
      summaries: summaries.reshaped([sequence.batch * sequence.length, width]), memory: memory)
  }

  private func observed(_ observations: [[Float]]) -> Tensor {
    precondition(
      observations.count == encoders.count,
      "\(observations.count) modalities for \(encoders.count) encoders")
    let parts = zip(encoders, observations).map { $0($1) }
    return parts.dropFirst().reduce(parts[0]) { $0 + $1 }
  }

  private func latents(ofObserved seen: Tensor) -> Tensor { latentNorm(latent(seen)) }

  /// What was done, what it earned and whether it went on, `[N, width]`.
  private func led(to sequence: LatentSequence) -> Tensor {
    action(actions(sequence.actions)) + reward(configuration.reward.weights(sequence.rewards))
      + ending(sequence.terminated.map { $0 > 0.5 ? 1 : 0 })
  }

  /// Actions of the world as a tensor, `[N, actionCount]`.
  public func actions(_ raw: [Float]) -> Tensor {
    let encoded = configuration.encoded(raw)
    let count = configuration.actionCount
    return Tensor(encoded, shape: [encoded.count / count, count])
  }

  /// The reward that each imagined state expects for the step that led to it, `[N]`.
  public func rewards(at states: Tensor) -> [Float] {
    configuration.reward.values(rewardHead(states))
  }

  /// How likely the episode goes on after each imagined state, `[N]`.
  public func continuations(at states: Tensor) -> [Float] {
    continuationHead(states).sigmoid().scalars
  }

  /// What would be seen at each latent `[N, D]`, for each modality `[N, count]`: for symbols the
  /// likeliest, one-hot.
  public func observations(at latents: Tensor) -> [[Float]] {
    zip(configuration.inputs, decoders).map { input, decoder in
      let said = decoder(latents).scalars
      guard case .symbol(let classes) = input.kind else { return said.map(symexp) }
      var hot = [Float](repeating: 0, count: latents.shape[0] * input.count)
      for row in 0..<latents.shape[0] {
        let start = row * classes
        let best = (0..<classes).max { said[start + $0] < said[start + $1] } ?? 0
        if input.count == 1 {
          hot[row] = Float(best)
        } else if best < input.count {
          hot[row * input.count + best] = 1
        }
      }
      return hot
    }
  }
}
