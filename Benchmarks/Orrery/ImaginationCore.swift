// The imagination core that is measured: that of the latent model, in its standard size.

import Basics
import Networks
import Tensors
import WorldModels

/// The sizes of the core, and what is computed with it besides planning.
enum ImaginationCore {
  static let actions = 10  // a block of five actions of two numbers
  static let width = 256  // of the state, of an embedded action, and of a head's hidden layer
  static let latent = 128
  static let members = 5

  static func make(random: inout Random) -> LatentCore {
    LatentCore(.init(memory: width, actions: actions), random: &random)
  }

  /// Operations of one candidate's step.
  static var flops: Double {
    let cell = width * (actions + 6 * width)
    let head = width * (width + latent)
    return 2 * Double(cell + members * head)
  }
}

extension LatentCore {
  /// What each head adds to the first latent after each step: from states `[N, width]` and actions
  /// `[H, N, actions]`, one `[H, N, latent]` a head. Only the recurrence goes step by step; what comes
  /// before and after it is done for all steps at once.
  func imagine(from state: Tensor, actions: Tensor) -> [Tensor] {
    let (horizon, samples) = (actions.shape[0], actions.shape[1])
    let gates = cell.input(action(actions).silu())
    var s = state
    var states: [Tensor] = []
    for step in 0..<horizon {
      let now = gates.sliced(axis: 0, step..<(step + 1)).reshaped([samples, 3 * cell.width])
      s = norm(gatedRecurrence(input: now, recurrent: cell.recurrent(s), state: s))
      states.append(s)
    }
    let all = Tensor.stacked(states, axis: 0)
    return heads.map { $0(all) }
  }
}
