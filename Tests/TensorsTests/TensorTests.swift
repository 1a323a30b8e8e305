// What a tensor promises as a value, and what workers promise.

import Basics
import Tensors
import Testing

@Suite struct TensorTests {
  @Test func copiesAreIndependent() {
    let a = Tensor([1, 2, 3], shape: [3])
    var b = a
    b.withMutableSpan { $0[0] = 9 }
    #expect(a.scalars == [1, 2, 3])
    #expect(b.scalars == [9, 2, 3])
    #expect(a.span[0] == 1)
    let reshaped = b.reshaped([3, 1])
    b.withMutableSpan { $0[1] = 7 }
    #expect(reshaped.scalars == [9, 2, 3])
  }

  @Test func shapes() {
    let shape: Shape = [2, 3, 4]
    #expect(shape[-1] == 4 && shape[0] == 2 && shape.count == 24 && shape.rank == 3)
    #expect(shape.replacing(axis: 1, with: 5) == [2, 5, 4])
    #expect(shape.removing(axis: -1) == [2, 3])
    #expect(Shape([]).count == 1 && Tensor(2).item == 2)
    #expect("\(shape)" == "[2, 3, 4]")
    #expect(Tensor(zeros: [0, 4]).matmul(Tensor(zeros: [4, 3])).shape == [0, 3])
    #expect(Tensor(zeros: [2, 0]).matmul(Tensor(zeros: [0, 3])).scalars == [0, 0, 0, 0, 0, 0])
  }

  @Test func movingElements() {
    let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    #expect(x.transposed(0, 2).shape == [4, 3, 2])
    #expect(x.transposed(0, 2).scalars[1] == 12)
    #expect(x.transposed(0, 1).transposed(0, 1).scalars == x.scalars)
    #expect(x.sliced(axis: 1, 1..<2).scalars == [4, 5, 6, 7, 16, 17, 18, 19])
    #expect(Tensor.stacked([x, x], axis: 0).shape == [2, 2, 3, 4])
    #expect(Tensor.stacked([x, x], axis: -1).scalars.prefix(4) == [0, 0, 1, 1])
    #expect(x.gathered(rows: [1, 1]).scalars.prefix(1) == [12])
    #expect(x.cumulativeSum(axis: 0).scalars.last == 34)
  }

  @Test func sumsOfMillionsKeepTheirDigits() {
    #expect(abs(Tensor(repeating: 0.1, shape: [3_000_000]).sum().item - 300_000) < 0.5)
    #expect(
      abs(Tensor(repeating: 0.1, shape: [100_000, 3]).sum(axis: 0).scalars[2] - 10_000) < 0.1)
  }

  /// A batch in eight fixed shards, whose gradients are added in their order: the same bits for
  /// any number of workers.
  @Test func workersDoNotChangeABit() {
    let w = KernelTests.random([20, 30], 1)
    let x = KernelTests.random([64, 20], 2)
    func gradient(workers: Int) -> [Float] {
      let parts = Workers(count: workers).map(8) { shard in
        let leaf = w.watched()
        let y = x.sliced(axis: 0, (shard * 8)..<(shard * 8 + 8)).matmul(leaf).tanh()
        return gradients(of: y.square().mean(), with: [leaf])[0]
      }
      return parts.dropFirst().reduce(parts[0], +).scalars
    }
    let one = gradient(workers: 1)
    #expect(gradient(workers: 2) == one)
    #expect(gradient(workers: 3) == one)
  }

  @Test func workersReturnResultsInOrderAgainAndAgain() {
    let workers = Workers(count: 3)
    for round in 0..<200 {
      #expect(workers.map(round % 7) { $0 * round } == (0..<(round % 7)).map { $0 * round })
    }
    let nested = workers.map(4) { outer in workers.map(4) { $0 + 10 * outer }.reduce(0, +) }
    #expect(nested == [6, 46, 86, 126])
  }
}
