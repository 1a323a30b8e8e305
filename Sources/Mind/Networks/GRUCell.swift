// The gated recurrent unit.

public import Basics
public import Tensors

/// A gated recurrent unit (Cho et al., 2014, in the form of cuDNN): a state of fixed width that each
/// input partly overwrites.
public struct GRUCell: Module {
  /// From the input to the three gates, `[inputs, 3·width]`.
  public var input: Linear
  /// From the last state to the three gates, `[width, 3·width]`.
  public var recurrent: Linear
  /// The width of the state.
  public var width: Int { recurrent.weight.shape[0] }

  /// A cell with a state of `width` numbers.
  public init(_ inputs: Int, _ width: Int, random: inout Random) {
    input = Linear(inputs, 3 * width, random: &random)
    recurrent = Linear(width, 3 * width, random: &random)
  }

  /// The state before anything was seen, `[batch, width]`.
  public func start(batch: Int) -> Tensor { Tensor(zeros: [batch, width]) }

  /// One step: x `[B, inputs]`, state `[B, width]`; the new state is also the output.
  public func step(_ x: Tensor, state: Tensor) -> Tensor {
    gatedRecurrence(input: input(x), recurrent: recurrent(state), state: state)
  }

  /// A sequence: x `[B, T, inputs]`; returns the states `[B, T, width]` and the last of them.
  public func callAsFunction(
    _ x: Tensor, state: Tensor? = nil
  ) -> (y: Tensor, state: Tensor) {
    let (batch, time) = (x.shape[0], x.shape[1])
    var h = state ?? start(batch: batch)
    let gates = input(x).transposed(0, 1)  // [T, B, 3·width]: a step is one run of memory
    var outputs: [Tensor] = []
    outputs.reserveCapacity(time)
    for t in 0..<time {
      let now = gates.sliced(axis: 0, t..<(t + 1)).reshaped([batch, 3 * width])
      h = gatedRecurrence(input: now, recurrent: recurrent(h), state: h)
      outputs.append(h)
    }
    return (Tensor.stacked(outputs, axis: 1), h)
  }

  /// Shows both maps.
  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("input", &input)
    visitor.module("recurrent", &recurrent)
  }
}
