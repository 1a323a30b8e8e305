// Every operation of the table against finite differences, on every variant of the kernels.

import Basics
import Tensors
import Testing

@Suite struct GradientTests {
  /// A fixed weighting of the outputs, summed in double: the loss whose slope is compared.
  static func loss(_ output: Tensor) -> Double {
    var random = Random(seed: 99)
    return output.scalars.reduce(0) { $0 + Double($1) * Double(random.uniform(in: 0.5...1.5)) }
  }

  /// The slope of the loss along a direction, by central differences of two widths combined so
  /// that the error is of fourth order (Richardson). In float32 the error is then about 1e-5 of the
  /// loss, whatever the operation.
  static func slope(_ operation: Operation, _ inputs: [Tensor], _ direction: [Tensor]) -> Double {
    func central(_ width: Float) -> Double {
      func moved(_ sign: Float) -> [Tensor] {
        zip(inputs, direction).map { $0 + $1 * (sign * width) }
      }
      return (loss(operation.apply(moved(1))) - loss(operation.apply(moved(-1))))
        / Double(2 * width)
    }
    return (4 * central(0.01) - central(0.02)) / 3
  }

  @Test(arguments: Operation.all)
  func agreesWithFiniteDifferences(operation: Operation) {
    for variant in KernelVariant.available {
      variant.run {
        let inputs = operation.inputs(seed: 1)
        var random = Random(seed: 2)
        let watched = inputs.map { $0.watched() }
        let output = operation.apply(watched)
        let weights = Tensor(
          {
            var r = Random(seed: 99)
            return (0..<output.count).map { _ in r.uniform(in: 0.5...1.5) }
          }(),
          shape: output.shape)
        let found = gradients(of: (output * weights).sum(), with: watched)
        for place in inputs.indices {
          // One input at a time, along a random direction, tells which gradient is wrong.
          let direction = inputs.indices.map { other in
            other == place
              ? Tensor.normal(inputs[other].shape, random: &random)
              : Tensor(zeros: inputs[other].shape)
          }
          let expected = Self.slope(operation, inputs, direction)
          let actual = zip(found[place].scalars, direction[place].scalars).reduce(0.0) {
            $0 + Double($1.0) * Double($1.1)
          }
          let size = zip(found[place].scalars, direction[place].scalars).reduce(0.0) {
            $0 + Double($1.0 * $1.1) * Double($1.0 * $1.1)
          }.squareRoot()
          let limit = 2e-3 * (size + abs(expected)) + 2e-4 * (1 + abs(Self.loss(output)))
          #expect(
            abs(expected - actual) <= limit,
            "\(operation.name), input \(place), \(variant): \(actual) instead of \(expected)")
        }
      }
    }
  }

  @Test func inferenceRecordsNothing() {
    for operation in Operation.all {
      #expect(!operation.apply(operation.inputs(seed: 3)).isWatched, "\(operation.name)")
    }
  }

  @Test func longChainsNeitherOverflowTheStackNorForget() {
    let start = Tensor([1, 2], shape: [2]).watched()
    var x = start
    for _ in 0..<20_000 { x = x + 1 }
    let found = gradients(of: x.sum(), with: [start])
    #expect(found[0].scalars == [1, 1])
  }

  @Test func gradientsStopWhereAskedAndReachWhatIsUsedTwice() {
    let x = Tensor([3], shape: [1]).watched()
    let unused = Tensor([5], shape: [1]).watched()
    let y = (x * x + x.detached() * x).sum()
    let found = gradients(of: y, with: [x, unused])
    #expect(found[0].scalars == [9])
    #expect(found[1].scalars == [0])
  }
}
