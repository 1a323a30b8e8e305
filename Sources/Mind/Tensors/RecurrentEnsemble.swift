// A recurrent state and an ensemble of heads, made ready for imagining: no tape, no allocation.

import CKernels

/// Steps many rows at once:
///
///     s' = norm(GRU(silu(action a), s))        ẑ^m = second_m(silu(first_m s'))
///
/// and weighs the heads' mean and spread. A block of rows goes through all its steps in one space,
/// which stays in the cache, while other threads take other blocks; a row's numbers do not depend on
/// the block it is in. Only the cell has to go step by step: the heads are asked about the states of
/// some steps at once, so that their weights come from far away once for all of them.
public struct RecurrentEnsemble: Sendable {
  /// Weights `[inputs, outputs]` and a bias `[outputs]`.
  public typealias Layer = (weight: Tensor, bias: Tensor)

  /// Numbers of an action, a state and what a head says.
  public let actions, state, latent: Int
  /// How many heads there are.
  public var members: Int { heads.count }
  /// How the factors of products are held.
  public let precision: Precision
  private let action, input, recurrent: PreparedMap
  private let norm: Tensor
  private let epsilon: Float
  private let heads: [(first: PreparedMap, second: PreparedMap)]

  /// The maps from an action to what the cell takes, the gates of the cell from that and from the
  /// state, the weights of the norm behind it, and both layers of each head.
  public init(
    action: Layer, input: Layer, recurrent: Layer, norm: Tensor, epsilon: Float,
    heads: [(first: Layer, second: Layer)], precision: Precision
  ) {
    func prepared(_ layer: Layer, isBent: Bool = false) -> PreparedMap {
      PreparedMap(layer.weight, bias: layer.bias, isBent: isBent, precision: precision)
    }
    precondition(!heads.isEmpty, "an ensemble of no heads")
    self.action = prepared(action, isBent: true)
    self.input = prepared(input)
    self.recurrent = prepared(recurrent)
    self.norm = norm.detached()
    self.epsilon = epsilon
    self.heads = heads.map { (prepared($0.first, isBent: true), prepared($0.second)) }
    self.precision = precision
    actions = self.action.inputs
    state = self.recurrent.inputs
    latent = self.heads[0].second.outputs
    precondition(
      self.input.inputs == self.action.outputs && self.input.outputs == 3 * state
        && self.recurrent.outputs == 3 * state && norm.shape == [state],
      "a cell from \(self.input.inputs) to \(self.input.outputs) and from \(state) to "
        + "\(self.recurrent.outputs), behind an action of \(self.action.outputs)")
    for head in self.heads {
      precondition(
        head.first.inputs == state && head.first.outputs == self.heads[0].first.outputs
          && head.second.inputs == head.first.outputs && head.second.outputs == latent,
        "a head from \(head.first.inputs) over \(head.first.outputs) to \(head.second.outputs) "
          + "in an ensemble from \(state) to \(latent)")
    }
  }

  /// Room for a block of rows on their way. Nobody else may use it at the same time.
  public struct Space: Sendable {
    /// How many rows fit.
    public let rows: Int
    /// The states of how many steps fit, for the heads to be asked about at once.
    public let steps: Int
    let action, embedded, stateLeft, asked, hidden: LeftRows
    let gates, memoryGates, raw, inverse, state, states, said, mean, spread: Storage
  }

  /// As many rows as read a head's weights at once; more would not stay in the cache themselves.
  private static let rowsAtOnce = 256
  private static let stepsAtOnce = 16

  /// Room for this many rows.
  public func space(rows: Int) -> Space {
    let steps = max(1, min(Self.rowsAtOnce / rows, Self.stepsAtOnce))
    func left(_ width: Int, _ steps: Int = 1) -> LeftRows {
      LeftRows(rows: rows * steps, width: width, precision: precision)
    }
    func room(_ width: Int, _ steps: Int = 1) -> Storage { Storage(count: rows * steps * width) }
    return Space(
      rows: rows, steps: steps, action: left(actions), embedded: left(action.outputs),
      stateLeft: left(state), asked: left(state, steps),
      hidden: left(heads[0].first.outputs, steps), gates: room(3 * state),
      memoryGates: room(3 * state), raw: room(state), inverse: room(1), state: room(state),
      states: room(state, steps), said: room(latent, steps), mean: room(latent, steps),
      spread: room(latent, steps))
  }

  /// Puts `rows` rows at one state `[S]`.
  public func begin(_ start: Tensor, rows: Int, in space: Space) {
    check(rows, space)
    precondition(start.count == state, "a state of \(start.count) numbers for \(state)")
    kernel_copy_blocks(rows, state, start.base, 0, space.state.base, state)
    space.stateLeft.fill(rows: rows, from: space.state.base, stride: state)
  }

  /// One step of `rows` rows: row r takes the action that begins at `start + r · stride`. The states
  /// are kept as the `slot`th of those that the heads will be asked about.
  public func step(
    _ actions: Span<Float>, start: Int, stride: Int, rows: Int, in space: Space, slot: Int = 0
  ) {
    check(rows, space)
    precondition(slot >= 0 && slot < space.steps, "slot \(slot) of \(space.steps)")
    precondition(
      start >= 0 && stride >= 0 && start + (rows - 1) * stride + self.actions <= actions.count,
      "\(rows) actions of \(self.actions) numbers, \(stride) apart from \(start) on, of \(actions.count)"
    )
    actions.withUnsafeBufferPointer { numbers in
      if let base = numbers.baseAddress {
        space.action.fill(rows: rows, from: base + start, stride: stride)
      }
    }
    action.apply(rows: rows, space.action, next: space.embedded)
    input.apply(rows: rows, space.embedded, out: space.gates)
    recurrent.apply(rows: rows, space.stateLeft, out: space.memoryGates)
    kernel_gru(
      rows, state, space.gates.base, space.memoryGates.base, space.state.base, space.raw.base)
    kernel_rms_norm(
      rows, state, epsilon, space.raw.base, norm.base, space.state.base, space.inverse.base)
    space.stateLeft.fill(rows: rows, from: space.state.base, stride: state)
    kernel_copy_blocks(
      1, rows * state, space.state.base, 0, space.states.base + slot * rows * state, 0)
  }

  /// Asks all heads about the states in the slots 0..<steps, and adds near · ‖mean − goal‖² +
  /// apart · Σ variance of each row at each of these steps to its cost.
  public func addCosts(
    goal: Tensor, near: Float, apart: Float, steps: Int, rows: Int, in space: Space,
    to costs: inout [Float]
  ) {
    check(rows, space)
    precondition(
      goal.count == latent && rows <= costs.count && steps > 0 && steps <= space.steps,
      "\(rows) costs of \(costs.count), \(steps) steps of \(space.steps), and a goal of "
        + "\(goal.count) numbers for \(latent)")
    ask(rows: rows * steps, in: space)
    costs.withUnsafeMutableBufferPointer { costs in
      guard let base = costs.baseAddress else { return }
      for step in 0..<steps {
        let first = step * rows * latent
        kernel_goal_cost(
          rows, latent, space.mean.base + first, space.spread.base + first, goal.base, near,
          apart / Float(members), base)
      }
    }
  }

  /// What the heads say about this many of the kept states, together.
  private func ask(rows: Int, in space: Space) {
    space.asked.fill(rows: rows, from: space.states.base, stride: state)
    for (index, head) in heads.enumerated() {
      head.first.apply(rows: rows, space.asked, next: space.hidden)
      head.second.apply(rows: rows, space.hidden, out: space.said)
      kernel_ensemble(
        rows * latent, index + 1, space.said.base, space.mean.base, space.spread.base)
    }
  }

  /// The states of the rows, `[rows, S]`.
  public func states(rows: Int, in space: Space) -> Tensor { tensor(space.state, rows, state) }

  /// A space of another ensemble or precision would be written beyond its end.
  private func check(_ rows: Int, _ space: Space) {
    precondition(
      rows > 0 && rows <= space.rows && space.stateLeft.width == state
        && space.action.width == actions && space.hidden.width == heads[0].first.outputs
        && space.said.count == space.rows * space.steps * latent
        && space.action.precision == precision,
      "\(rows) rows of state \(state) in \(precision) in a space for \(space.rows) of "
        + "\(space.stateLeft.width) in \(space.action.precision)")
  }

  private func tensor(_ storage: Storage, _ rows: Int, _ width: Int) -> Tensor {
    precondition(storage.count >= rows * width, "\(rows) rows of \(width) from \(storage.count)")
    let result = Tensor(unwritten: [rows, width])
    kernel_copy_blocks(1, rows * width, storage.base, 0, result.base, 0)
    return result
  }
}
