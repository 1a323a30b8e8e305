// Gradients with respect to every parameter of a module.

public import Tensors

/// Gradients in the order in which a module shows its parameters.
public struct Gradients: Sendable {
  /// One gradient a parameter, of its shape.
  public var values: [Tensor]

  /// These gradients, in visit order.
  public init(_ values: [Tensor]) { self.values = values }

  /// scale · the sum of gradients, as of the shards of a batch, and its norm. Added in their order
  /// whatever the number of workers.
  public static func combined(
    _ parts: [Gradients], scale: Float, on workers: Workers
  ) -> (sum: Gradients, norm: Float) {
    precondition(!parts.isEmpty, "a sum of no gradients")
    let sums = workers.map(parts[0].values.count) { index in
      Tensor.combined(parts.map { $0.values[index] }, scale: scale)
    }
    let squares = sums.reduce(0) { $0 + $1.squaredLength }
    return (Gradients(sums.map(\.sum)), Float(squares.squareRoot()))
  }
}

/// The value of `loss` (a scalar), and its gradients with respect to every parameter of `model`.
public func valueWithGradients<M: Module>(
  of model: M, _ loss: (M) -> Tensor
) -> (value: Tensor, gradients: Gradients) {
  let result = valueWithGradients(of: model) { (loss: loss($0), extra: ()) }
  return (result.value, result.gradients)
}

/// The same for a loss that hands out something more, such as the parts it was made of. What is
/// handed out should be detached: it would otherwise keep the whole history alive.
public func valueWithGradients<M: Module, Extra>(
  of model: M, _ loss: (M) -> (loss: Tensor, extra: Extra)
) -> (value: Tensor, gradients: Gradients, extra: Extra) {
  var watcher = Watcher()
  var watched = model
  watched.visit(&watcher)
  let (value, extra) = loss(watched)
  return (value.detached(), Gradients(gradients(of: value, with: watcher.leaves)), extra)
}

private struct Watcher: ParameterVisitor {
  var leaves: [Tensor] = []
  mutating func parameter(_ name: String, _ value: inout Tensor) {
    value = value.watched()
    leaves.append(value)
  }
  mutating func enter(_ name: String) {}
  mutating func leave() {}
}
