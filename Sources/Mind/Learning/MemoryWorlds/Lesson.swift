// An episode of a small world, with what would have been right to do at each step.

import Basics
import Environments

/// What a world showed, step by step, and the choice it would have rewarded.
///
/// The answers are found by trying: a world is a value, so every choice is made in a copy of it, and
/// the one that earns the most is the right one. Nothing is read that a learner could not see.
struct Lesson: Sendable {
  /// `[steps, observation]`
  var observations: [Float]
  /// The right choice at each step, or nil where no choice earned anything.
  var answers: [Int?]

  /// The episode that `seed` names in a world of so many choices, acted rightly throughout.
  init(of world: some Environment, choices: Int, seed: UInt64) {
    var world = world
    let width = world.spec.observationCount
    let actions = (0..<choices).map { Float($0) }
    var observation = [Float](repeating: 0, count: width)
    var seen = observation.mutableSpan
    world.reset(seed: seed, observation: &seen)
    observations = []
    observations.reserveCapacity(world.spec.stepsMax * width)
    answers = []
    while true {
      observations += observation
      let (answer, transition) = Self.right(in: &world, of: actions, then: &observation)
      answers.append(answer)
      guard transition.goesOn else { return }
    }
  }

  /// Makes the choice that earns the most, the first where none earns anything.
  private static func right(
    in world: inout some Environment, of actions: [Float], then observation: inout [Float]
  ) -> (answer: Int?, transition: Transition) {
    var seen = observation.mutableSpan
    let before = world
    var answer = 0
    var transition = world.step(actions.span.extracting(0..<1), observation: &seen)
    for choice in actions.indices.dropFirst() {
      var other = before
      let outcome = other.step(actions.span.extracting(choice..<choice + 1), observation: &seen)
      guard outcome.reward > transition.reward else { continue }
      (answer, transition, world) = (choice, outcome, other)
    }
    return (transition.reward > 0 ? answer : nil, transition)
  }
}
