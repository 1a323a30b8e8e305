// The optimizer, its schedule and its state; and that networks learn.

import Basics
import Foundation
import Networks
import Tensors
import Testing

@Suite struct OptimizerTests {
  struct Point: Module {
    var x = Tensor([1, -2], shape: [1, 2])
    var y = Tensor([3], shape: [1])
    mutating func visit(_ visitor: inout some ParameterVisitor) {
      visitor.parameter("x", &x)
      visitor.parameter("y", &y)
    }
  }

  /// Three steps against the equations of the paper in double.
  @Test func stepsFollowTheEquations() {
    var model = Point()
    var optimizer = AdamW(for: model, .init(decay: 0.1))
    var p: [Double] = [1, -2, 3]
    var (m, v) = ([Double](repeating: 0, count: 3), [Double](repeating: 0, count: 3))
    for step in 1...3 {
      let (value, gradients) = valueWithGradients(of: model) { $0.x.square().sum() + $0.y.sum() }
      #expect(value.shape == [])
      optimizer.update(&model, with: gradients, rate: 0.01)
      let g = [2 * p[0], 2 * p[1], 1]
      for i in 0..<3 {
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i]
        let mean = m[i] / (1 - pow(0.9, Double(step)))
        let square = v[i] / (1 - pow(0.999, Double(step)))
        // Vectors, such as offsets, do not decay.
        p[i] -= 0.01 * (mean / (square.squareRoot() + 1e-8) + (i < 2 ? 0.1 * p[i] : 0))
      }
      for (ours, exact) in zip(model.x.scalars + model.y.scalars, p) {
        #expect(abs(Double(ours) - exact) < 1e-5)
      }
    }
  }

  @Test func shardsAreAddedAndMeasured() {
    let parts = [Float(2), 4].map {
      Gradients([Tensor([$0], shape: [1]), Tensor([$0 + 1], shape: [1])])
    }
    for count in [1, 2] {
      let (sum, norm) = Gradients.combined(parts, scale: 0.5, on: Workers(count: count))
      #expect(sum.values.map(\.item) == [3, 4] && norm == 5)
    }
  }

  /// A scale clips as gradients that are so much smaller would, whatever the number of workers.
  @Test func aScaleIsThatOfTheGradients() {
    let (_, gradients) = valueWithGradients(of: Point()) { $0.x.square().sum() + $0.y.sum() }
    let small = Gradients(gradients.values.map { $0 * 0.25 })
    var (one, two) = (Point(), Point())
    var (first, second) = (AdamW(for: one), AdamW(for: two))
    first.update(&one, with: gradients, scale: 0.25, rate: 0.1)
    second.update(&two, with: small, rate: 0.1, on: Workers(count: 2))
    #expect(one.x.scalars == two.x.scalars && one.y.scalars == two.y.scalars)
  }

  @Test func theRateRisesAndFalls() {
    let schedule = CosineSchedule(peak: 2, floor: 0.1, warmup: 4, steps: 104)
    #expect(schedule.rate(at: 0) == 0.5 && schedule.rate(at: 3) == 2)
    #expect(abs(schedule.rate(at: 54) - 1.1) < 1e-5)
    #expect(abs(schedule.rate(at: 104) - 0.2) < 1e-6 && abs(schedule.rate(at: 900) - 0.2) < 1e-6)
  }

  /// Stops half-way, saves, loads into fresh values and goes on: the same bits as without a stop.
  @Test func trainingResumesBitForBit() throws {
    func train(_ model: inout MLP, _ optimizer: inout AdamW, from: Int, to: Int) {
      for step in from..<to {
        let x = StreamTests.random([16, 3], UInt64(step))
        let (_, gradients) = valueWithGradients(of: model) {
          ($0(x) - x.sum(axis: 1).reshaped([16, 1])).huber().mean()
        }
        optimizer.update(&model, with: gradients, rate: 1e-2)
      }
    }
    var random = Random(seed: 4)
    var model = MLP([3, 17, 1], isNormed: true, random: &random)
    let fresh = model
    var optimizer = AdamW(for: model)
    train(&model, &optimizer, from: 0, to: 10)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("orrery-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafetensorsFile.write(model.columns + optimizer.columns, to: path)
    train(&model, &optimizer, from: 10, to: 20)
    var second = fresh
    var resumed = AdamW(for: second)
    try load(into: &second, from: path)
    try resumed.restore(from: SafetensorsFile(path: path))
    #expect(resumed.step == 10)
    train(&second, &resumed, from: 10, to: 20)
    #expect(second.parameters.map(\.value.scalars) == model.parameters.map(\.value.scalars))
    #expect(resumed.columns.map(\.column) == optimizer.columns.map(\.column))
  }

  /// The state of an odd counter, after a string of bits: eigenvalues in [−1, 1] can learn it.
  @Test func aMemoryWithNegativeEigenvaluesLearnsParity() {
    struct Counter: Module {
      var embedding: Embedding
      var memory: GatedDeltaBlock
      var head: Linear
      init(_ random: inout Random) {
        embedding = Embedding(2, 16, deviation: 1, random: &random)
        memory = GatedDeltaBlock(.init(width: 16, heads: 2, headWidth: 8), random: &random)
        head = Linear(16, 2, random: &random)
      }
      mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("embedding", &embedding)
        visitor.module("memory", &memory)
        visitor.module("head", &head)
      }
      func logits(_ bits: [Int], time: Int) -> Tensor {
        let x = embedding(bits).reshaped([bits.count / time, time, 16])
        return head(x + memory(x).y).reshaped([bits.count, 2])
      }
    }
    var random = Random(seed: 1)
    var model = Counter(&random)
    var optimizer = AdamW(for: model)
    func batch(time: Int) -> (bits: [Int], parity: [Int]) {
      let bits = (0..<(32 * time)).map { _ in random.index(below: 2) }
      var count = 0
      let parity = bits.enumerated().map { place, bit in
        count = (place % time == 0 ? 0 : count) + bit
        return count % 2
      }
      return (bits, parity)
    }
    for step in 0..<400 {
      let (bits, parity) = batch(time: 16)
      let (_, gradients) = valueWithGradients(of: model) {
        crossEntropy($0.logits(bits, time: 16), targets: parity)
      }
      optimizer.update(
        &model, with: gradients,
        rate: CosineSchedule(peak: 1e-2, warmup: 10, steps: 400).rate(at: step))
    }
    let (bits, parity) = batch(time: 16)
    let logits = model.logits(bits, time: 16).scalars
    let right = parity.indices.filter { (logits[2 * $0 + 1] > logits[2 * $0]) == (parity[$0] == 1) }
    #expect(Double(right.count) > 0.95 * Double(parity.count))
  }
}
