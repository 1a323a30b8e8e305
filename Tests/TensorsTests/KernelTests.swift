// Kernels against plain loops in double precision, and their variants against the portable one, over
// sizes around the widths of vectors and tiles.

import Basics
import Foundation
import Tensors
import Testing

@Suite struct KernelTests {
  static let sizes = [1, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130]

  static func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
    var random = Random(seed: seed)
    return .normal(shape, random: &random)
  }

  static func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
    zip(a.scalars, b.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// All four forms that forward and backward use, against sums in double.
  @Test(arguments: sizes)
  func matrixProducts(n: Int) {
    for (m, k) in [(1, 7), (2, 64), (3, 300), (5, 17), (13, 33), (49, 130), (64, 64)] {
      let x = Self.random([m, k], 1)
      let w = Self.random([k, n], 2)
      let (xs, ws) = (x.scalars, w.scalars)
      var expected = [Float](repeating: 0, count: m * n)
      for i in 0..<m {
        for j in 0..<n {
          expected[i * n + j] = Float(
            (0..<k).reduce(0.0) { $0 + Double(xs[i * k + $1]) * Double(ws[$1 * n + j]) })
        }
      }
      let exact = Tensor(expected, shape: [m, n])
      let bias = Self.random([n], 3)
      let limit = 1e-5 * Float(k).squareRoot() * 4
      for variant in KernelVariant.available {
        variant.run {
          let label = "[\(m), \(k)]·[\(k), \(n)] \(variant)"
          #expect(Self.largestDifference(x.matmul(w), exact) < limit, "\(label)")
          let turned = x.matmul(transposed: w.transposed(0, 1))
          #expect(Self.largestDifference(turned, exact) < limit, "\(label) transposed")
          let affine = x.linear(w, bias)
          #expect(Self.largestDifference(affine, exact + bias) < limit, "\(label) with bias")
          // The gradient of w is xᵀ·g, the form with A transposed.
          let leaf = w.watched()
          let weights = Self.random([m, n], 4)
          let found = gradients(of: (x.matmul(leaf) * weights).sum(), with: [leaf])[0]
          let wanted = x.transposed(0, 1).matmul(weights)
          #expect(Self.largestDifference(found, wanted) < limit, "\(label) gradient")
        }
      }
    }
  }

  /// A row of a product does not depend on how many rows there are: streams equal sequences.
  @Test func rowsDoNotDependOnTheirNumber() {
    let x = Self.random([100, 200], 1)
    let w = Self.random([200, 70], 2)
    let whole = x.matmul(w)
    for rows in [1, 2, 5, 13, 50] {
      #expect(
        x.sliced(axis: 0, 0..<rows).matmul(w).scalars == whole.sliced(axis: 0, 0..<rows).scalars)
    }
  }

  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let range: ClosedRange<Float>
    let ours: @Sendable (Tensor) -> Tensor
    let exact: @Sendable (Double) -> Double
  }
  static let functions: [Function] = [
    Function(testDescription: "exp", range: -100...88, ours: { $0.exp() }, exact: { exp($0) }),
    Function(testDescription: "log", range: 1e-38...1e6, ours: { $0.log() }, exact: { log($0) }),
    Function(testDescription: "tanh", range: -12...12, ours: { $0.tanh() }, exact: { tanh($0) }),
    Function(
      testDescription: "sigmoid", range: -80...80, ours: { $0.sigmoid() },
      exact: { 1 / (1 + exp(-$0)) }),
    Function(
      testDescription: "silu", range: -60...60, ours: { $0.silu() },
      exact: { $0 / (1 + exp(-$0)) }),
    Function(
      testDescription: "softplus", range: -60...60, ours: { $0.softplus() },
      exact: { max($0, 0) + log1p(exp(-abs($0))) }),
    Function(testDescription: "sin", range: -300...300, ours: { $0.sin() }, exact: { sin($0) }),
    Function(testDescription: "cos", range: -300...300, ours: { $0.cos() }, exact: { cos($0) }),
    Function(
      testDescription: "sqrt", range: 0...1e9, ours: { $0.sqrt() }, exact: { $0.squareRoot() }),
  ]

  @Test(arguments: functions)
  func elementaryFunctions(function: Function) {
    var random = Random(seed: 5)
    for n in Self.sizes + [1000] {
      let x = Tensor.uniform([n], in: function.range, random: &random)
      let exact = x.scalars.map { function.exact(Double($0)) }
      for variant in KernelVariant.available {
        let y = variant.run { function.ours(x).scalars }
        for (value, wanted) in zip(y, exact) {
          let limit = 4e-7 * abs(wanted) + (function.range.lowerBound == -300 ? 3e-7 : 2e-38)
          #expect(abs(Double(value) - wanted) <= limit, "\(value) instead of \(wanted)")
        }
      }
    }
  }

  @Test func elementaryFunctionsAtTheirEdges() {
    let edges = Tensor(
      [0, -0.0, .infinity, -.infinity, .nan, 200, -200, .leastNormalMagnitude / 128], shape: [8])
    for variant in KernelVariant.available {
      variant.run {
        let e = edges.exp().scalars
        #expect(e[0] == 1 && e[2] == .infinity && e[3] == 0 && e[4].isNaN && e[5] == .infinity)
        #expect(e[6] == 0)
        let l = edges.log().scalars
        #expect(l[0] == -.infinity && l[2] == .infinity && l[3].isNaN && l[4].isNaN)
        #expect(abs(l[7] + 92.18828) < 1e-3)
        let t = edges.tanh().scalars
        #expect(t[0] == 0 && t[2] == 1 && t[3] == -1 && t[4].isNaN && t[5] == 1)
        let p = edges.softplus().scalars
        #expect(p[2] == .infinity && p[3] == 0 && p[4].isNaN && p[5] == 200 && p[6] == 0)
      }
    }
  }

  /// Outputs and gradients of whole layers, on every variant, against the portable one.
  @Test(arguments: sizes)
  func layersAgreeAcrossVariants(n: Int) {
    let results = KernelVariant.available.map { variant in
      variant.run { Self.everything(width: n) }
    }
    for (result, variant) in zip(results, KernelVariant.available) {
      for ((name, value), (_, portable)) in zip(result, results[0]) {
        let scale = portable.scalars.reduce(1) { max($0, abs($1)) }
        let difference = Self.largestDifference(value, portable)
        #expect(difference <= 1e-4 * scale, "\(name) \(variant) at width \(n): \(difference)")
      }
    }
  }

  /// Many normal numbers at once are those that come one by one, and leave the stream where they do.
  @Test(arguments: [0, 1, 15, 16, 17, 1000])
  func normalsInBulk(count: Int) {
    for variant in KernelVariant.available {
      var random = Random(seed: 3)
      _ = random.next()
      var same = random
      let expected = (0..<count).map { _ in 0.7 * random.normal() }
      let found = variant.run { Tensor.normal([count], deviation: 0.7, random: &same) }
      #expect(found.scalars == expected, "\(variant)")
      #expect(random == same)
    }
  }

  /// Every family of kernels once, with its gradients.
  static func everything(width n: Int) -> [(String, Tensor)] {
    var results: [(String, Tensor)] = []
    func record(
      _ name: String, _ shapes: [Shape], _ body: ([Tensor]) -> Tensor
    ) {
      let inputs = shapes.enumerated().map { random($1, UInt64($0 + 7)).watched() }
      let y = body(inputs)
      let weights = random(y.shape, 77)
      results.append((name, y.detached()))
      for g in gradients(of: (y * weights).sum(), with: inputs) { results.append((name, g)) }
    }
    record("softmax", [[5, n]]) { $0[0].softmax() }
    record("logSoftmax", [[5, n]]) { $0[0].logSoftmax() }
    record("rmsNorm", [[5, n], [n]]) { $0[0].rmsNorm($0[1], epsilon: 0.01) }
    record("layerNorm", [[5, n], [n], [n]]) { $0[0].layerNorm($0[1], $0[2], epsilon: 0.01) }
    record("unitNorm", [[5, n]]) { $0[0].unitNorm(epsilon: 0.01) }
    record("convolution", [[2, 9, n], [4, n]]) { $0[0].causalConvolution($0[1]) }
    record("convolution with silu", [[2, 9, n], [4, n]]) {
      $0[0].causalConvolution($0[1], bends: true)
    }
    record("gatedNorm", [[5, n], [n], [5, n]]) {
      $0[0].gatedNorm($0[1], gate: $0[2], epsilon: 0.01)
    }
    record("silu gate", [[5, 2 * n]]) { $0[0].siluGated() }
    record("sums", [[3, n, 5]]) { $0[0].sum(axis: 1) + $0[0].cumulativeSum(axis: 1).sum(axis: 1) }
    record("arithmetic", [[3, n], [n], [3, 1]]) { ($0[0] * $0[1] + $0[2] - $0[1]) * $0[2] }
    record("recurrence", [[3, 3 * n], [3, 3 * n], [3, n]]) {
      gatedRecurrence(input: $0[0], recurrent: $0[1], state: $0[2])
    }
    record("sigreg", [[7, 5], [5, n]]) { eppsPulley($0[0], directions: $0[1]) }
    record("two-hot", [[5, n + 1]]) {
      twoHotCrossEntropy($0[0], targets: Tensor([0, 3, -2, 1e9, -1e9], shape: [5]))
    }
    if n <= 128 {
      let (sequence, gates): (Shape, Shape) = ([2, 19, 2, n], [2, 19, 2])
      record("delta", [sequence, sequence, sequence, gates, gates]) {
        gatedDelta(
          q: $0[0], k: $0[1], v: $0[2], alpha: $0[3].sigmoid(), beta: $0[4].sigmoid() * 2,
          unitEpsilon: 0.1
        ).y
      }
      record("attention", [sequence, [2, 24, 2, n], [2, 24, 2, n]]) {
        slidingWindowAttention(
          q: $0[0], k: $0[1], v: $0[2], window: 8, slopes: [0.5, 0.1])
      }
    }
    return results
  }
}
