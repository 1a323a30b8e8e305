// The imagination core that is measured: 0.89 million parameters, tier B of the design.

import Basics
import Networks
import Tensors

/// Predicts latents from a state and blocks of actions:
///
///     e = silu(W a)     s' = norm(GRU(e, s))     ẑ^m = head_m(s'),  m = 1…5
struct ImaginationCore: Module {
  static let actions = 10  // a block of five actions of two numbers
  static let width = 256  // of the state, of an embedded action, and of a head's hidden layer
  static let latent = 128
  static let members = 5

  var action: Linear
  var cell: GRUCell
  var norm: RMSNorm
  var heads: [MLP]

  init(random: inout Random) {
    let width = Self.width
    action = Linear(Self.actions, width, random: &random)
    cell = GRUCell(width, width, random: &random)
    norm = RMSNorm(width)
    heads = []
    for _ in 0..<Self.members {
      heads.append(MLP([width, width, Self.latent], random: &random))
    }
  }

  mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("action", &action)
    visitor.module("cell", &cell)
    visitor.module("norm", &norm)
    visitor.modules("heads", &heads)
  }

  /// What each head expects after each step: from `[N, width]` and actions `[H, N, actions]`, one
  /// `[H, N, latent]` a head. Only the recurrence goes step by step; what comes before and after it
  /// is done for all steps at once.
  func imagine(from state: Tensor, actions: Tensor) -> [Tensor] {
    let (horizon, samples) = (actions.shape[0], actions.shape[1])
    let gates = cell.input(action(actions).silu())
    var s = state
    var states: [Tensor] = []
    for step in 0..<horizon {
      let now = gates.sliced(axis: 0, step..<(step + 1)).reshaped([samples, 3 * Self.width])
      s = norm(gatedRecurrence(input: now, recurrent: cell.recurrent(s), state: s))
      states.append(s)
    }
    let all = Tensor.stacked(states, axis: 0)
    return heads.map { $0(all) }
  }

  /// The same made ready for planning: no tape, no allocation.
  func prepared(_ precision: Precision) -> RecurrentEnsemble {
    func layer(_ linear: Linear) -> RecurrentEnsemble.Layer {
      (linear.weight, linear.bias ?? Tensor(zeros: [linear.weight.shape[1]]))
    }
    return RecurrentEnsemble(
      action: layer(action), input: layer(cell.input), recurrent: layer(cell.recurrent),
      norm: norm.weight, epsilon: norm.epsilon,
      heads: heads.map { (layer($0.layers[0]), layer($0.layers[1])) }, precision: precision)
  }

  /// Operations of one candidate's step.
  static var flops: Double {
    let cell = width * (actions + 6 * width)
    let head = width * (width + latent)
    return 2 * Double(cell + members * head)
  }
}
