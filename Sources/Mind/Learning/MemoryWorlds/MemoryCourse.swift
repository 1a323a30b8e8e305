// The course of the small worlds: new episodes at every step, growing in length.

import Basics
public import Tensors

/// Learning to answer in one world, from episodes that are made as they are needed.
public struct MemoryCourse: Course {
  /// What is learned.
  public let world: MemoryWorld
  /// Names the stream of episodes.
  public let seed: UInt64
  /// The length of the first episodes; those of a step are all of one length.
  public let shortest: Int
  /// The length of the last.
  public let longest: Int
  /// The step from which they are of the greatest length.
  public let grown: Int
  /// Episodes of a shard.
  public let batch: Int

  /// Learning `world` from episodes that grow from `shortest` to `longest` over `grown` steps,
  /// `batch` episodes a shard.
  public init(
    world: MemoryWorld, seed: UInt64, shortest: Int, longest: Int, grown: Int, batch: Int
  ) {
    precondition(
      shortest > 0 && longest >= shortest && batch > 0,
      "\(batch) episodes of lengths from \(shortest) to \(longest)")
    self.world = world
    self.seed = seed
    self.shortest = shortest
    self.longest = longest
    self.grown = grown
    self.batch = batch
  }

  /// The mean cross-entropy of every answer asked for in the episodes of one shard.
  public func loss(of model: MemoryNetwork, step: Int, shard: Int) -> Tensor {
    var random = Random(seed: seed, stream: UInt64(step * 64 + shard))
    let batch = LessonBatch(
      world, length: length(at: step), seeds: (0..<batch).map { _ in random.next() })
    return crossEntropy(model(batch.observations, at: batch.rows), targets: batch.answers)
  }

  private func length(at step: Int) -> Int {
    guard step < grown else { return longest }
    return shortest + (longest - shortest) * step / grown
  }
}

/// Episodes of one length side by side.
struct LessonBatch: Sendable {
  /// `[B, T, observation]`
  var observations: Tensor
  /// Where something is asked, in the layout `[B·T]`.
  var rows: [Int] = []
  /// What is right there.
  var answers: [Int] = []

  /// The episodes that `seeds` name; of each only the last question where `lastOnly`.
  init(_ world: MemoryWorld, length: Int, seeds: [UInt64], lastOnly: Bool = false) {
    var values: [Float] = []
    var steps = 0
    for (row, seed) in seeds.enumerated() {
      let lesson = world.lesson(length: length, seed: seed)
      steps = lesson.answers.count
      values += lesson.observations
      let asked = lesson.answers.enumerated().compactMap { time, answer in
        answer.map { (row: row * steps + time, answer: $0) }
      }
      for question in lastOnly ? asked.suffix(1) : asked[...] {
        rows.append(question.row)
        answers.append(question.answer)
      }
    }
    observations = Tensor(values, shape: [seeds.count, steps, world.observationCount])
  }
}
