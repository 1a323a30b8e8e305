// The memory reads a stream as it reads a sequence.
import Basics
import Networks
import Tensors
import Testing
import WorldModels

@Suite struct BackboneTests {
  @Test func streamEqualsSequence() {
    var random = Random(seed: 3)
    let backbone = Backbone(
      .init(input: 5, width: 16, heads: 2, mixers: [.gatedDelta, .slidingWindow(7), .gatedDelta]),
      random: &random)
    let input = Tensor.normal([2, 40, 5], random: &random)
    var whole: Backbone.State?
    let sequence = backbone(input, state: &whole).scalars
    var state: Backbone.State?
    var worst: Float = 0
    for t in 0..<40 {
      let step = backbone(input.sliced(axis: 1, t..<t + 1), state: &state).scalars
      for b in 0..<2 {
        for d in 0..<16 {
          worst = max(worst, abs(step[b * 16 + d] - sequence[(b * 40 + t) * 16 + d]))
        }
      }
    }
    #expect(worst < 1e-5)
  }
}
