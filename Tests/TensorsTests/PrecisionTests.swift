// Products of bfloat16: every variant against exact sums of rounded factors, and what is kept packed.

import Basics
import Tensors
import Testing

@Suite struct PrecisionTests {
  /// x as bfloat16: the upper half of its bits, to nearest even.
  static func rounded(_ x: Float) -> Float {
    let bits = x.bitPattern
    return Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000)
  }

  static func product(_ x: Tensor, _ w: Tensor) -> Tensor {
    let (m, k, n) = (x.shape[0], x.shape[1], w.shape[1])
    let (xs, ws) = (x.scalars.map(rounded), w.scalars.map(rounded))
    var sums = [Float](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        sums[i * n + j] = Float(
          (0..<k).reduce(0.0) { $0 + Double(xs[i * k + $1]) * Double(ws[$1 * n + j]) })
      }
    }
    return Tensor(sums, shape: [m, n])
  }

  @Test(arguments: [
    (16, 16, 16), (17, 31, 33), (33, 48, 64), (40, 65, 130), (49, 100, 31), (64, 64, 64),
    (33, 800, 70), (40, 1700, 20), (800, 40, 100),
  ])
  func sumsOfRoundedFactors(m: Int, n: Int, k: Int) {
    let x = KernelTests.random([m, k], 1)
    let w = KernelTests.random([k, n], 2)
    let bias = KernelTests.random([n], 3)
    let g = KernelTests.random([m, n], 4)
    let expected = Self.product(x, w)
    let gx = Self.product(g, w.transposed(0, 1))
    let gw = Self.product(x.transposed(0, 1), g)
    let limit = 1e-5 * Float(max(m, n, k)).squareRoot() * 4
    for variant in KernelVariant.available {
      variant.run {
        Precision.bfloat16.run {
          let label = "[\(m), \(k)]·[\(k), \(n)] \(variant)"
          #expect(KernelTests.largestDifference(x.matmul(w), expected) < limit, "\(label)")
          let turned = x.matmul(transposed: w.transposed(0, 1))
          #expect(KernelTests.largestDifference(turned, expected) < limit, "\(label) transposed")
          let affine = x.linear(w, bias)
          #expect(
            KernelTests.largestDifference(affine, expected + bias) < limit, "\(label) with bias")
          let (leafX, leafW) = (x.watched(), w.watched())
          let loss = (leafX.matmul(leafW) * g).sum()
          // The pullback keeps the precision of the product, wherever the walk back begins.
          let found = Precision.float32.run { gradients(of: loss, with: [leafX, leafW]) }
          #expect(KernelTests.largestDifference(found[0], gx) < limit, "\(label) gradient of x")
          #expect(KernelTests.largestDifference(found[1], gw) < limit, "\(label) gradient of w")
        }
      }
    }
  }

  /// A row depends neither on how many rows there are nor on how they are cut into blocks.
  @Test func rowsDoNotDependOnTheirNumber() {
    let x = KernelTests.random([100, 900], 1)
    let w = KernelTests.random([900, 70], 2)
    for variant in KernelVariant.available {
      variant.run {
        Precision.bfloat16.run {
          let whole = x.matmul(w)
          for rows in [16, 31, 33, 64] {
            #expect(
              x.sliced(axis: 0, 0..<rows).matmul(w).scalars
                == whole.sliced(axis: 0, 0..<rows).scalars, "\(rows) rows, \(variant)")
          }
        }
      }
    }
  }

  /// Weights are kept packed between two products; writing them must not leave the old ones there.
  @Test func writtenWeightsAreNotMultipliedAsTheyWere() {
    let x = KernelTests.random([64, 64], 1)
    for precision in Precision.allCases {
      precision.run {
        var w = KernelTests.random([64, 128], 2)
        let before = x.matmul(w)
        w.withMutableSpan { numbers in
          for index in numbers.indices { numbers[index] *= 2 }
        }
        #expect(x.matmul(w).scalars == (before * 2).scalars)
      }
    }
  }

  /// A NaN or an infinity in a factor stays one.
  @Test func whatIsNotFiniteStaysSo() {
    let w = Tensor(repeating: 1, shape: [32, 32])
    for value in [Float.nan, .infinity, 3.4e38] {
      let found = Precision.bfloat16.run { Tensor(repeating: value, shape: [32, 32]).matmul(w) }
      #expect(found.scalars.allSatisfy { !$0.isFinite })
    }
  }
}
