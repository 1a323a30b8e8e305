// Streams equal sequences: every recurrent layer, fed step by step or in pieces, from a state.

import Basics
import Networks
import Tensors
import Testing

@Suite struct StreamTests {
  static func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
    var random = Random(seed: seed)
    return .normal(shape, random: &random)
  }

  /// Runs `layer` over [B, T, D] whole, and again in pieces of these lengths, repeated.
  static func compare<State>(
    _ x: Tensor, pieces: [Int], _ layer: (Tensor, State?) -> (Tensor, State)
  ) -> Float {
    let whole = layer(x, nil).0
    var parts: [Tensor] = []
    var state: State?
    var (at, piece) = (0, 0)
    while at < x.shape[1] {
      let length = min(pieces[piece % pieces.count], x.shape[1] - at)
      let (y, next) = layer(x.sliced(axis: 1, at..<(at + length)), state)
      parts.append(y)
      (state, at, piece) = (next, at + length, piece + 1)
    }
    let joined = Tensor.concatenated(parts, axis: 1)
    return zip(joined.scalars, whole.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  static let pieces = [[1], [2, 1, 7], [13]]

  @Test(arguments: pieces, [true, false])
  func gatedDelta(pieces: [Int], hasNegativeEigenvalues: Bool) {
    var random = Random(seed: 1)
    let block = GatedDeltaBlock(
      .init(
        width: 20, heads: 2, headWidth: 8, hasNegativeEigenvalues: hasNegativeEigenvalues),
      random: &random)
    let difference = Self.compare(Self.random([3, 40, 20], 2), pieces: pieces) {
      (x, state: GatedDeltaBlock.State?) in block(x, state: state)
    }
    #expect(difference < 1e-5)
  }

  @Test(arguments: pieces, [1, 2, 6, 64])
  func slidingWindow(pieces: [Int], window: Int) {
    var random = Random(seed: 1)
    let block = SlidingWindowBlock(
      .init(width: 20, heads: 2, headWidth: 8, window: window), random: &random)
    let difference = Self.compare(Self.random([3, 40, 20], 2), pieces: pieces) {
      (x, state: SlidingWindowBlock.State?) in block(x, state: state)
    }
    #expect(difference < 1e-5)
  }

  @Test(arguments: pieces)
  func gatedRecurrentUnitAndConvolution(pieces: [Int]) {
    var random = Random(seed: 1)
    let cell = GRUCell(20, 12, random: &random)
    let x = Self.random([3, 40, 20], 2)
    #expect(Self.compare(x, pieces: pieces) { cell($0, state: $1) } < 1e-5)
    let filter = ShortConvolution(20, random: &random)
    #expect(Self.compare(x, pieces: pieces) { filter($0, history: $1) } < 1e-5)
    var h = cell.start(batch: 3)
    for t in 0..<40 { h = cell.step(x.sliced(axis: 1, t..<(t + 1)).reshaped([3, 20]), state: h) }
    let last = cell(x).state
    #expect(zip(h.scalars, last.scalars).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func statesOfBatchEntriesCanBePicked() {
    var random = Random(seed: 1)
    let block = SlidingWindowBlock(
      .init(width: 6, heads: 1, headWidth: 4, window: 4), random: &random)
    let delta = GatedDeltaBlock(.init(width: 6, heads: 1, headWidth: 4), random: &random)
    let x = Self.random([2, 5, 6], 3)
    let next = Self.random([2, 1, 6], 4)
    let rows = [1, 0, 1]
    let window = block(next.gathered(rows: rows), state: block(x).state.gathered(rows: rows)).y
    let memory = delta(next.gathered(rows: rows), state: delta(x).state.gathered(rows: rows)).y
    #expect(window.scalars == block(next, state: block(x).state).y.gathered(rows: rows).scalars)
    #expect(memory.scalars == delta(next, state: delta(x).state).y.gathered(rows: rows).scalars)
  }
}
