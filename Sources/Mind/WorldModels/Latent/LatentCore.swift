// Tier B: the imagination core, asked thousands of times a plan.

public import Basics
public import Networks
public import Tensors

/// A recurrent state that actions move, and an ensemble of heads that say which latent it stands for.
///
///     s_0 = start [z; h]      s_{j+1} = norm(GRU(s_j, silu(action a_j)))      ẑ^m_j = z + heads_m s_j
///
/// The heads say how far the latent has moved since imagining began: what hardly changes in a step is
/// then foretold as well as by copying from the first day on.
public struct LatentCore: Module {
  /// The sizes of a core.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Floats of a latent, D.
    public var latent: Int
    /// Floats of the memory's summary.
    public var memory: Int
    /// Floats of an action, A.
    public var actions: Int
    /// Floats of the state, S.
    public var state: Int
    /// Floats of an encoded action, E.
    public var action: Int
    /// Units of a head, H.
    public var hidden: Int
    /// How many heads there are, M.
    public var members: Int

    /// The sizes of a core; those that do not depend on the world are standard.
    public init(
      latent: Int = 128, memory: Int, actions: Int, state: Int = 256, action: Int = 256,
      hidden: Int = 256, members: Int = 5
    ) {
      self.latent = latent
      self.memory = memory
      self.actions = actions
      self.state = state
      self.action = action
      self.hidden = hidden
      self.members = members
    }
  }

  /// From a latent and the memory's summary to the first state.
  public var start: Linear
  /// From an action to what the cell takes.
  public var action: Linear
  /// Moves the state.
  public var cell: GRUCell
  /// Keeps the state at one length.
  public var norm: RMSNorm
  /// Say how far the latent of a state is from the one where imagining began.
  public var heads: [MLP]

  /// A core of these sizes.
  public init(_ c: Configuration, random: inout Random) {
    start = Linear(c.latent + c.memory, c.state, random: &random)
    action = Linear(c.actions, c.action, random: &random)
    cell = GRUCell(c.action, c.state, random: &random)
    norm = RMSNorm(c.state)
    heads = []
    for _ in 0..<c.members {
      heads.append(MLP([c.state, c.hidden, c.latent], outputGain: 0.1, random: &random))
    }
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("start", &start)
    visitor.module("action", &action)
    visitor.module("cell", &cell)
    visitor.module("norm", &norm)
    visitor.modules("heads", &heads)
  }

  /// The state before anything is imagined: z `[N, D]`, h `[N, memory]`.
  public func begin(_ z: Tensor, _ h: Tensor) -> Tensor { start(.concatenated([z, h], axis: 1)) }

  /// The state after an action `[N, A]`.
  public func step(_ state: Tensor, _ actions: Tensor) -> Tensor {
    norm(cell.step(action(actions).silu(), state: state))
  }

  /// What each head takes a state for, `[N, D]` each, where imagining began at the latents z `[N, D]`.
  public func latents(_ state: Tensor, from z: Tensor) -> [Tensor] { heads.map { z + $0(state) } }
}
