// The recurrences and attention against their equations written down plainly.

import Basics
import Foundation
import Tensors
import Testing

@Suite struct ReferenceTests {
  /// The gated delta rule as it is written: S_t = α S(I − β k kᵀ) + β v kᵀ, y = S q.
  @Test(arguments: [1, 8, 16, 17, 33, 64, 100])
  func gatedDeltaFollowsItsEquation(width: Int) {
    let time = 21
    let shape: Shape = [1, time, 1, width]
    let q = KernelTests.random(shape, 1).unitNorm()
    let k = KernelTests.random(shape, 2).unitNorm()
    let v = KernelTests.random(shape, 3)
    let alpha = KernelTests.random([1, time, 1], 4).sigmoid()
    let beta = KernelTests.random([1, time, 1], 5).sigmoid() * 2
    let start = KernelTests.random([1, 1, width, width], 6)
    let (y, last) = gatedDelta(q: q, k: k, v: v, alpha: alpha, beta: beta, state: start)
    // state[value][key]
    var state = start.reshaped([width, width]).transposed(0, 1).scalars.map(Double.init)
    let (qs, ks, vs) = (q.scalars, k.scalars, v.scalars)
    for t in 0..<time {
      let (a, b) = (Double(alpha.scalars[t]), Double(beta.scalars[t]))
      let key = (0..<width).map { Double(ks[t * width + $0]) }
      for i in 0..<width {
        let read = (0..<width).reduce(0) { $0 + state[i * width + $1] * key[$1] }
        for j in 0..<width {
          state[i * width + j] =
            a * (state[i * width + j] - b * read * key[j])
            + b * Double(vs[t * width + i]) * key[j]
        }
        let output = (0..<width).reduce(0) {
          $0 + state[i * width + $1] * Double(qs[t * width + $1])
        }
        #expect(abs(Double(y.scalars[t * width + i]) - output) < 1e-4)
      }
    }
    let end = last.reshaped([width, width]).transposed(0, 1).scalars
    #expect(zip(end, state).allSatisfy { abs(Double($0) - $1) < 1e-4 })
  }

  /// Step by step (the sequential form) and all at once (by chunks): outputs and all gradients, for
  /// lengths around whole chunks, with decays from 0 to 1 and strengths from 0 to 2.
  @Test(arguments: [1, 8, 16, 24, 33, 64, 128])
  func gatedDeltaInAnyForm(width: Int) {
    for time in [7, 9, 16, 35] {
      let sequence: Shape = [1, time, 2, width]
      let gates: Shape = [1, time, 2]
      var random = Random(seed: 9)
      var alphas = Tensor.uniform(gates, in: 0...1, random: &random).scalars
      for t in stride(from: 0, to: alphas.count, by: 3) { alphas[t] = t % 2 == 0 ? 1 : 0 }
      let inputs = [
        KernelTests.random(sequence, 1).unitNorm(), KernelTests.random(sequence, 2).unitNorm(),
        KernelTests.random(sequence, 3), Tensor(alphas, shape: gates),
        Tensor.uniform(gates, in: 0...2, random: &random),
        KernelTests.random([1, 2, width, width], 6),
      ].map { $0.watched() }
      let weights = KernelTests.random(sequence, 7)
      let stateWeights = KernelTests.random([1, 2, width, width], 8)
      func results(steps: Int) -> [Tensor] {
        var state = inputs[5]
        var rows: [Tensor] = []
        for start in stride(from: 0, to: time, by: steps) {
          let part = start..<min(time, start + steps)
          let slices = inputs[0..<5].map { $0.sliced(axis: 1, part) }
          let (y, next) = gatedDelta(
            q: slices[0], k: slices[1], v: slices[2], alpha: slices[3], beta: slices[4],
            state: state)
          rows.append(y)
          state = next
        }
        let y = Tensor.concatenated(rows, axis: 1)
        let loss = (y * weights).sum() + (state * stateWeights).sum()
        return [y.detached(), state.detached()] + gradients(of: loss, with: inputs)
      }
      for variant in KernelVariant.available {
        variant.run {
          for (name, pair) in zip(
            ["y", "state", "q", "k", "v", "alpha", "beta", "start"],
            zip(results(steps: 1), results(steps: time)))
          {
            let scale = pair.0.scalars.reduce(1) { max($0, abs($1)) }
            let difference = KernelTests.largestDifference(pair.0, pair.1)
            #expect(
              difference <= 2e-5 * scale,
              "\(name) of \(time) steps, width \(width), \(variant): \(difference)")
          }
        }
      }
    }
  }

  /// Each position sees the last `window` positions, by softmax of scaled products.
  @Test(arguments: [(0, 3), (4, 4), (7, 100), (0, 100), (2, 1)])
  func attentionFollowsItsEquation(past: Int, window: Int) {
    let (time, width) = (9, 5)
    let q = KernelTests.random([1, time, 1, width], 1)
    let k = KernelTests.random([1, past + time, 1, width], 2)
    let v = KernelTests.random([1, past + time, 1, width], 3)
    let y = slidingWindowAttention(
      q: q, k: k, v: v, window: window, slopes: [0.25])
    for t in 0..<time {
      let place = past + t
      let seen = max(0, place - window + 1)...place
      let scores = seen.map { s in
        (0..<width).reduce(0.0) {
          $0 + Double(q.scalars[t * width + $1]) * Double(k.scalars[s * width + $1])
        } / Double(width).squareRoot() - 0.25 * Double(place - s)
      }
      let weights = Tensor(scores.map(Float.init), shape: [scores.count]).softmax().scalars
      for d in 0..<width {
        let wanted = zip(seen, weights).reduce(Float(0)) { $0 + $1.1 * v.scalars[$1.0 * width + d] }
        #expect(abs(y.scalars[t * width + d] - wanted) < 1e-5)
      }
    }
  }

  /// The statistic from sines and cosines in double, of normal numbers and of a collapse.
  @Test func sigregFollowsItsDefinition() {
    let (rows, width, count, knots) = (37, 6, 19, 17)
    let directions = KernelTests.random([count, width], 2).unitNorm().transposed(0, 1)
    let step = 3.0 / Double(knots - 1)
    for z in [KernelTests.random([rows, width], 1), Tensor(zeros: [rows, width])] {
      let h = z.matmul(directions).scalars.map(Double.init)
      var expected = 0.0
      for p in 0..<count {
        for j in 0..<knots {
          let t = Double(j) * step
          let window = exp(-t * t / 2)
          let real = (0..<rows).reduce(0.0) { $0 + cos(t * h[$1 * count + p]) } / Double(rows)
          let imaginary = (0..<rows).reduce(0.0) { $0 + sin(t * h[$1 * count + p]) } / Double(rows)
          let weight = window * step * (j == 0 || j == knots - 1 ? 1 : 2)
          let miss = (real - window) * (real - window) + imaginary * imaginary
          expected += Double(rows) * weight * miss / Double(count)
        }
      }
      #expect(abs(Double(eppsPulley(z, directions: directions).item) - expected) < 1e-4 * expected)
    }
  }

  /// A number on a bin, between two, and beyond the ends.
  @Test func twoHotFollowsItsDefinition() {
    let logits = KernelTests.random([4, 5], 1)
    let half = Float(exp(0.5) - 1)
    let losses = twoHotCrossEntropy(
      logits, targets: Tensor([0, -half, 1e9, -1e9], shape: [4]), range: -2...2
    ).scalars
    let likelihoods = logits.logSoftmax().scalars
    #expect(abs(losses[0] + likelihoods[2]) < 1e-5)
    #expect(abs(losses[1] + 0.5 * (likelihoods[5 + 1] + likelihoods[5 + 2])) < 1e-5)
    #expect(abs(losses[2] + likelihoods[10 + 4]) < 1e-5)
    #expect(abs(losses[3] + likelihoods[15]) < 1e-5)
  }

  @Test func crossEntropyOfKnownLogits() {
    let logits = Tensor([0, 0, 100, 0], shape: [2, 2])
    #expect(abs(crossEntropy(logits, targets: [1, 0]).item - 0.5 * 0.693_147_2) < 1e-6)
  }
}
