// Every differentiable operation, in one table that all checks run over.

import Basics
import Tensors
import Testing

/// One operation with inputs to try it on.
struct Operation: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [Shape]
  /// Where the inputs are drawn from: kinks and poles are left out.
  var domain: Domain = .plain
  let apply: @Sendable ([Tensor]) -> Tensor

  var testDescription: String { name }

  enum Domain: Sendable {
    case plain  // -1.5...1.5
    case positive  // 0.5...2
    case awayFromZero  // 0.3...1.5 with either sign
    case unit  // 0.1...0.9
  }

  func inputs(seed: UInt64) -> [Tensor] {
    var random = Random(seed: seed)
    return shapes.map { shape in
      Tensor(
        (0..<shape.count).map { _ in
          switch domain {
          case .plain: random.uniform(in: -1.5...1.5)
          case .positive: random.uniform(in: 0.5...2)
          case .awayFromZero: random.uniform(in: 0.3...1.5) * (random.chance(0.5) ? 1 : -1)
          case .unit: random.uniform(in: 0.1...0.9)
          }
        }, shape: shape)
    }
  }
}

extension Operation {
  static let all: [Operation] = elementwise + arithmetic + products + reductions + shaping + layers

  private static func unary(
    _ name: String, _ domain: Domain = .plain, _ apply: @escaping @Sendable (Tensor) -> Tensor
  ) -> Operation {
    Operation(name: name, shapes: [[3, 17]], domain: domain) { apply($0[0]) }
  }

  static let elementwise: [Operation] = [
    unary("exp") { $0.exp() },
    unary("log", .positive) { $0.log() },
    unary("tanh") { $0.tanh() },
    unary("sigmoid") { $0.sigmoid() },
    unary("silu") { $0.silu() },
    unary("softplus") { $0.softplus() },
    unary("relu", .awayFromZero) { $0.relu() },
    unary("square") { $0.square() },
    unary("sqrt", .positive) { $0.sqrt() },
    unary("abs", .awayFromZero) { $0.abs() },
    unary("sin") { $0.sin() },
    unary("cos") { $0.cos() },
    unary("huber", .awayFromZero) { ($0 * 2).huber(0.5) },
    unary("clamped", .awayFromZero) { $0.clamped(to: -0.2...0.2) + $0.clamped(to: -2...2) },
    unary("negated") { -$0 },
    Operation(name: "siluGated", shapes: [[3, 34]]) { $0[0].siluGated() },
    Operation(name: "siluGated wide", shapes: [[2, 2, 64]]) { $0[0].siluGated() },
  ]

  private static func binary(
    _ name: String, _ a: Shape, _ b: Shape, _ domain: Domain = .plain,
    _ apply: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> Operation {
    Operation(name: "\(name) \(a) \(b)", shapes: [a, b], domain: domain) { apply($0[0], $0[1]) }
  }

  static let arithmetic: [Operation] = {
    let pairs: [(Shape, Shape)] = [
      ([3, 17], [3, 17]), ([2, 3, 5], [3, 5]), ([2, 3, 17], [17]), ([2, 3, 17], [2, 3, 1]),
      ([17], [2, 3, 17]), ([4, 1], [4, 33]), ([3, 4], []), ([], [5]), ([2, 3], [1]),
    ]
    return pairs.flatMap { a, b in
      [
        binary("add", a, b) { $0 + $1 }, binary("subtract", a, b) { $0 - $1 },
        binary("multiply", a, b) { $0 * $1 },
        binary("divide", a, b, .awayFromZero) { $0 / $1 },
      ]
    } + [
      unary("with numbers", .awayFromZero) { (3 - $0 * 2 + 1) / 4 - 0.5 + 2 / $0 + (1 + $0 - 2) }
    ]
  }()

  static let products: [Operation] = [
    Operation(name: "matmul", shapes: [[5, 7], [7, 3]]) { $0[0].matmul($0[1]) },
    Operation(name: "matmul of a batch", shapes: [[2, 3, 33], [33, 17]]) { $0[0].matmul($0[1]) },
    Operation(name: "matmul of one row", shapes: [[1, 16], [16, 2]]) { $0[0].matmul($0[1]) },
    Operation(name: "matmul transposed", shapes: [[5, 7], [3, 7]]) {
      $0[0].matmul(transposed: $0[1])
    },
    Operation(name: "linear", shapes: [[2, 3, 20], [20, 18], [18]]) { $0[0].linear($0[1], $0[2]) },
  ]

  static let reductions: [Operation] = [
    unary("sum") { $0.sum() },
    unary("mean") { $0.mean() },
    Operation(name: "sum of axis 0", shapes: [[3, 5, 4]]) { $0[0].sum(axis: 0) },
    Operation(name: "sum of axis 1", shapes: [[3, 5, 4]]) { $0[0].sum(axis: 1) },
    Operation(name: "mean of axis -1", shapes: [[3, 5, 4]]) { $0[0].mean(axis: -1) },
    Operation(name: "cumulative sum", shapes: [[3, 5, 4]]) { $0[0].cumulativeSum(axis: 1) },
    unary("softmax") { $0.softmax() },
    unary("logSoftmax") { $0.logSoftmax() },
    unary("logSumExp") { $0.logSumExp() },
    Operation(name: "cross-entropy", shapes: [[4, 7]]) {
      crossEntropy($0[0], targets: [0, 6, 3, 3])
    },
  ]

  static let shaping: [Operation] = [
    Operation(name: "reshaped", shapes: [[3, 4]]) { $0[0].reshaped([2, 6]) },
    Operation(name: "transposed 0 1", shapes: [[3, 4, 5]]) { $0[0].transposed(0, 1) },
    Operation(name: "transposed 1 2", shapes: [[3, 4, 5]]) { $0[0].transposed(1, 2) },
    Operation(name: "transposed 0 -1", shapes: [[3, 4, 5]]) { $0[0].transposed(0, -1) },
    Operation(name: "sliced", shapes: [[3, 6, 2]]) { $0[0].sliced(axis: 1, 2..<5) },
    Operation(name: "concatenated", shapes: [[2, 3, 2], [2, 1, 2]]) {
      Tensor.concatenated([$0[0], $0[1], $0[0]], axis: 1)
    },
    Operation(name: "stacked", shapes: [[2, 3], [2, 3]]) {
      Tensor.stacked([$0[0], $0[1]], axis: 1)
    },
    Operation(name: "gathered", shapes: [[5, 3]]) { $0[0].gathered(rows: [4, 0, 4, 2]) },
    Operation(name: "repeated", shapes: [[2, 1, 3]]) { $0[0].repeated(axis: 1, count: 4) },
    Operation(name: "watched twice", shapes: [[4]]) { $0[0] * $0[0] + $0[0] },
    Operation(name: "one input of many maps", shapes: [[18, 17], [17, 17], [17]]) {
      let x = $0[0] + $0[0].rmsNorm($0[2])
      return (x.matmul($0[1]) + x.linear($0[1], $0[2]) + $0[1].matmul(transposed: $0[1]).sum())
        .matmul($0[1])
    },
  ]

  static let layers: [Operation] = [
    Operation(name: "rmsNorm", shapes: [[3, 17], [17]]) { $0[0].rmsNorm($0[1]) },
    Operation(name: "layerNorm", shapes: [[3, 17], [17], [17]]) { $0[0].layerNorm($0[1], $0[2]) },
    Operation(name: "unitNorm", shapes: [[2, 3, 5]]) { $0[0].unitNorm() },
    Operation(name: "causal convolution", shapes: [[2, 5, 17], [4, 17]]) {
      $0[0].causalConvolution($0[1])
    },
    Operation(name: "causal convolution after history", shapes: [[2, 2, 5], [4, 5], [2, 3, 5]]) {
      $0[0].causalConvolution($0[1], history: $0[2])
    },
    Operation(name: "causal convolution with silu", shapes: [[2, 6, 33], [3, 33], [2, 2, 33]]) {
      $0[0].causalConvolution($0[1], history: $0[2], bends: true)
    },
    Operation(name: "gatedNorm", shapes: [[2, 3, 17], [17], [2, 3, 17]]) {
      $0[0].gatedNorm($0[1], gate: $0[2])
    },
    Operation(
      name: "gatedDelta with unit rows",
      shapes: [[1, 4, 2, 5], [1, 4, 2, 5], [1, 4, 2, 5], [1, 4, 2], [1, 4, 2]]
    ) {
      gatedDelta(
        q: $0[0], k: $0[1], v: $0[2], alpha: $0[3].sigmoid(), beta: $0[4].sigmoid() * 2,
        unitEpsilon: 0.01
      ).y
    },
    // Small enough weights keep the hidden units off the kinks of their bend.
    Operation(
      name: "residualRecurrence",
      shapes: [[5, 1], [5, 1], [5, 1], [5, 4], [5, 3], [2, 3], [3, 1]], domain: .unit
    ) {
      residualRecurrence(
        $0[0], rate: $0[1], gate: $0[2], targets: $0[3], bias: $0[4] * 0.3, input: $0[5],
        output: $0[6] * 0.05, limit: 9)
    },
    Operation(name: "gatedRecurrence", shapes: [[3, 15], [3, 15], [3, 5]]) {
      gatedRecurrence(input: $0[0], recurrent: $0[1], state: $0[2])
    },
    delta("gatedDelta 3", time: 5, width: 3) { $0.y },
    delta("gatedDelta 8, its state", time: 5, width: 8) { $0.state },
    delta("gatedDelta 16, both", time: 35, width: 16) { $0.y.sum(axis: 1) + $0.state.sum(axis: 2) },
    delta("gatedDelta 40", time: 4, width: 40) { $0.y },
    attention("attention", past: 0, window: 3),
    attention("attention after a past", past: 4, window: 4),
    Operation(name: "twoHotCrossEntropy", shapes: [[4, 19]]) {
      twoHotCrossEntropy(
        $0[0], targets: Tensor([0.3, -7, 1e9, -1e9], shape: [4]), range: -5...5)
    },
    Operation(name: "sigreg", shapes: [[7, 5]]) {
      eppsPulley($0[0], directions: KernelTests.random([19, 5], 8).unitNorm().transposed(0, 1))
    },
    attention("attention over all", past: 1, window: 100),
  ]

  private static func delta(
    _ name: String, time: Int, width: Int,
    _ output: @escaping @Sendable ((y: Tensor, state: Tensor)) -> Tensor
  ) -> Operation {
    let sequence: Shape = [2, time, 2, width]
    let gates: Shape = [2, time, 2]
    return Operation(
      name: name,
      shapes: [sequence, sequence, sequence, gates, gates, [2, 2, width, width]], domain: .unit
    ) {
      output(
        gatedDelta(
          q: $0[0].unitNorm(), k: ($0[1] - 0.5).unitNorm(), v: $0[2], alpha: $0[3],
          beta: $0[4] * 2, state: $0[5]))
    }
  }

  private static func attention(
    _ name: String, past: Int, window: Int
  ) -> Operation {
    Operation(name: name, shapes: [[2, 18, 2, 5], [2, 18 + past, 2, 5], [2, 18 + past, 2, 5]]) {
      slidingWindowAttention(
        q: $0[0], k: $0[1], v: $0[2], window: window, slopes: [0.3, 0])
    }
  }
}
