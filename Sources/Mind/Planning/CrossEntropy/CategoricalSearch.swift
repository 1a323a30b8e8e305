// The distribution of plans of choices: a category for each step.

import Basics

/// Plans of choices, drawn step by step.
struct CategoricalSearch: Search {
  private let c: CrossEntropyPlanner.Configuration
  private let choices: Int
  /// `[horizon][choices]`
  private var chances: [[Float]]
  private var kept: [[Float]] = []

  init(_ c: CrossEntropyPlanner.Configuration, choices: Int) {
    self.c = c
    self.choices = choices
    chances = Array(
      repeating: Array(repeating: 1 / Float(choices), count: choices), count: c.horizon)
  }

  mutating func draw(
    _ count: Int, isFirst: Bool, isLast: Bool, random: inout Random
  ) -> [[Float]] {
    var plans = kept
    // Each choice throughout: a plan of one step is then complete.
    if isFirst {
      plans += (0..<choices).map { [Float](repeating: Float($0), count: c.horizon) }
    }
    while plans.count < count {
      plans.append(
        chances.map { row in
          var left = random.uniform()
          for (choice, chance) in row.enumerated() {
            left -= chance
            if left < 0 { return Float(choice) }
          }
          return Float(choices - 1)
        })
    }
    return plans
  }

  mutating func learn(from elites: [[Float]]) {
    for t in chances.indices {
      for choice in 0..<choices {
        let share = Float(elites.count { $0[t] == Float(choice) }) / Float(elites.count)
        chances[t][choice] = c.inertia * chances[t][choice] + (1 - c.inertia) * share
      }
    }
    kept = Array(elites.prefix(c.kept))
  }

  mutating func advance(random: inout Random) {
    let even = [Float](repeating: 1 / Float(choices), count: choices)
    // Half of what was thought stays: nothing is ruled out by an old plan.
    chances = (chances.dropFirst() + [even]).map { row in
      zip(row, even).map { 0.5 * ($0 + $1) }
    }
    for i in kept.indices {
      kept[i] = kept[i].dropFirst() + [Float(random.index(below: choices))]
    }
  }
}
