// That a memory with eigenvalues in [-1, 1] counts, and the same one with [0, 1] does not.
import Basics
import Learning
import Tensors
import Testing

@Suite struct MemoryWorldsTests {
  /// Parity, small enough for seconds.
  private var study: MemoryStudy {
    var plan = MemoryStudy.Plan.recommended(for: .counting(modulus: 2))
    plan.steps = 160
    plan.longest = 48
    plan.judged = [64]
    plan.episodes = 128
    var study = MemoryStudy(of: [], seed: 1)
    study.plans = [plan]
    return study
  }

  @Test func `only the signed memory knows the parity of sequences longer than it was taught`()
    throws
  {
    let result = try #require(study.run(on: Workers(count: 2)) { _ in true }.first)
    let signed = try #require(result.signed.accuracies.last)
    let unsigned = try #require(result.unsigned.accuracies.last)
    #expect(signed.lower > 0.9 && unsigned.upper < 0.7, "\(signed) against \(unsigned)")
    #expect(result.signed.steps.count == result.signed.losses.count)
    #expect(result.signed.losses.last ?? 1 < 0.05)
  }

  @Test func `the study ends when it is told to, and repeats itself to the bit`() throws {
    func losses(steps: Int, workers: Int) -> [Float] {
      var losses: [Float] = []
      let results = study.run(on: Workers(count: workers)) { progress in
        losses.append(progress.loss)
        return progress.done < steps
      }
      #expect(results.isEmpty)
      return losses
    }
    let alone = losses(steps: 3, workers: 1)
    #expect(alone.count == 3)
    #expect(alone == losses(steps: 3, workers: 2))
  }

  @Test func `only the signed memory follows the ball under more swaps than it was taught`() throws
  {
    var plan = MemoryStudy.Plan.recommended(for: .swaps(cups: 3))
    (plan.steps, plan.longest, plan.judged, plan.episodes) = (250, 48, [96], 128)
    var study = MemoryStudy(of: [], seed: 1)
    study.plans = [plan]
    let result = try #require(study.run(on: Workers(count: 2)) { _ in true }.first)
    let signed = try #require(result.signed.accuracy)
    let unsigned = try #require(result.unsigned.accuracy)
    #expect(signed.lower > 0.85 && unsigned.upper < 0.6, "\(signed) against \(unsigned)")
  }

  @Test func `recall needs no sign`() throws {
    var plan = MemoryStudy.Plan.recommended(for: .recall)
    (plan.steps, plan.longest, plan.judged, plan.episodes) = (100, 4, [4], 128)
    var study = MemoryStudy(of: [], seed: 2)
    study.plans = [plan]
    let result = try #require(study.run(on: Workers(count: 2)) { _ in true }.first)
    for outcome in [result.signed, result.unsigned] {
      #expect(try #require(outcome.accuracies.last).lower > 2 * plan.world.chance)
    }
  }
}
