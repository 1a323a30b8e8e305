// The distribution of plans of choices: a category for each step.

import Basics

/// Plans of choices, drawn step by step.
struct CategoricalSearch: Search {
  private let c: CrossEntropyPlanner.Configuration
  private let choices: Int
  /// `[horizon, choices]`
  private var chances: [Float]
  private var kept: KeptPlans

  init(_ c: CrossEntropyPlanner.Configuration, choices: Int) {
    self.c = c
    self.choices = choices
    chances = [Float](repeating: 1 / Float(choices), count: c.horizon * choices)
    kept = KeptPlans(most: c.kept, length: c.horizon)
  }

  mutating func draw(
    _ plans: inout [Float], count: Int, isFirst: Bool, isLast: Bool, random: inout Random
  ) {
    var drawn = kept.copy(to: &plans, most: count)
    // Each choice throughout: a plan of one step is then complete.
    if isFirst {
      for choice in 0..<min(choices, count - drawn) {
        for t in 0..<c.horizon { plans[(drawn + choice) * c.horizon + t] = Float(choice) }
      }
      drawn += min(choices, count - drawn)
    }
    for plan in drawn..<count {
      for t in 0..<c.horizon {
        plans[plan * c.horizon + t] = Float(choice(at: t, random.uniform()))
      }
    }
  }

  private func choice(at step: Int, _ drawn: Float) -> Int {
    var left = drawn
    for choice in 0..<choices {
      left -= chances[step * choices + choice]
      if left < 0 { return choice }
    }
    return choices - 1
  }

  mutating func learn(from plans: [Float], elites: [Int]) {
    for t in 0..<c.horizon {
      for choice in 0..<choices {
        var count: Float = 0
        for elite in elites where plans[elite * c.horizon + t] == Float(choice) { count += 1 }
        let i = t * choices + choice
        chances[i] = c.inertia * chances[i] + (1 - c.inertia) * count / Float(elites.count)
      }
    }
    kept.replace(by: plans, elites: elites)
  }

  mutating func advance(random: inout Random) {
    // Half of what was thought stays: nothing is ruled out by an old plan.
    let even = 1 / Float(choices)
    for i in chances.indices {
      let next = i + choices < chances.count ? chances[i + choices] : even
      chances[i] = 0.5 * (next + even)
    }
    for plan in 0..<kept.count {
      kept.shift(plan, by: 1)
      kept[plan, c.horizon - 1] = Float(random.index(below: choices))
    }
  }
}
