// The small worlds can be solved, and only by what they are there to test.
import Environments
import Testing

@Suite struct SmallWorldTests {
  /// Lives an episode, and gives what it scored.
  static func score<World: Environment>(
    _ world: World, seed: UInt64, _ policy: ([Float]) -> [Float]
  ) -> Float {
    var driven = Driven(world, seed: seed)
    var sum: Float = 0
    for _ in 0..<world.spec.stepsMax {
      let action = policy(driven.observation)
      let transition =
        action.count == 1 ? driven.step(action[0]) : driven.step(action[0], action[1])
      sum += transition.reward
      if !transition.goesOn { break }
    }
    return sum
  }

  static func symbol(_ observation: some Sequence<Float>) -> Int? {
    Array(observation).firstIndex(of: 1)
  }

  @Test(arguments: [(2, 8), (3, 32), (7, 500)]) func countingIsSolvedByCounting(
    modulus: Int, length: Int
  ) {
    for question in [Counting.Question.everyStep, .atTheEnd] {
      let world = Counting(modulus: modulus, length: length, question: question)
      var count = 0
      let right = Self.score(world, seed: 4) { observation in
        count += Self.symbol(observation[0..<2]) ?? 0
        return [Float(count % modulus)]
      }
      #expect(abs(right - 1) < 1e-4)
    }
    let guess = (0..<100).map { seed in
      Self.score(Counting(modulus: modulus, length: length), seed: UInt64(seed)) { _ in [0] }
    }
    #expect(abs(guess.reduce(0, +) / 100 - 1 / Float(modulus)) < 0.15)
  }

  @Test func recallIsSolvedByRemembering() {
    for seed in 0..<20 {
      var memory: [Int: Int] = [:]
      let right = Self.score(Recall(keys: 10, values: 5, pairs: 6), seed: UInt64(seed)) { seen in
        guard let key = Self.symbol(seen[0..<10]) else { return [0] }
        if let value = Self.symbol(seen[10..<15]) { memory[key] = value }
        return [Float(memory[key] ?? 0)]
      }
      #expect(abs(right - 1) < 1e-4)
    }
  }

  @Test(arguments: [0, 1, 6]) func delayIsSolvedByADelayLine(lag: Int) {
    var seen: [Int] = []
    let right = Self.score(Delay(lag: lag), seed: 9) { observation in
      seen.append(Self.symbol(observation) ?? 0)
      return [Float(seen[max(0, seen.count - 1 - lag)])]
    }
    #expect(abs(right - 1) < 1e-4)
  }

  @Test(arguments: [2, 3, 5]) func swapsAreSolvedByFollowingTheBall(cups: Int) {
    let pairs = (1..<cups).flatMap { high in (0..<high).map { [$0, high] } }
    for seed in 0..<10 {
      var place = 0
      let right = Self.score(Swaps(cups: cups, length: 40), seed: UInt64(seed)) { seen in
        let pair = Self.symbol(seen).map { pairs[$0] } ?? []
        if pair.contains(place) { place = pair[0] + pair[1] - place }
        return [Float(place)]
      }
      #expect(abs(right - 1) < 1e-4)
    }
  }

  @Test(arguments: 0..<10) func pointMassIsSolvedByADamper(seed: Int) {
    let right = Self.score(PointMass(), seed: UInt64(seed)) { seen in
      [1.2 * (seen[4] - seen[0]) - 1.5 * seen[2], 1.2 * (seen[5] - seen[1]) - 1.5 * seen[3]]
    }
    #expect(abs(right - 1) < 1e-3)
    let idle = Self.score(PointMass(), seed: UInt64(seed)) { _ in [0, 0] }
    #expect(abs(idle) < 1e-3)
  }
}
