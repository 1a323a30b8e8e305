// The best plans of a round, which live on into the next.

/// A few plans in memory that is made once.
struct KeptPlans: Sendable {
  /// How many there are.
  private(set) var count = 0
  private let length: Int
  private var numbers: [Float]

  /// Room for plans of `length` numbers.
  init(most: Int, length: Int) {
    self.length = length
    numbers = [Float](repeating: 0, count: most * length)
  }

  /// A number of a plan.
  subscript(plan: Int, index: Int) -> Float {
    get { numbers[plan * length + index] }
    set { numbers[plan * length + index] = newValue }
  }

  /// Writes the plans to the front of the array; returns how many.
  func copy(to plans: inout [Float], most: Int) -> Int {
    let copied = min(count, most)
    for i in 0..<copied * length { plans[i] = numbers[i] }
    return copied
  }

  /// Keeps the first of the elites instead.
  mutating func replace(by plans: [Float], elites: [Int]) {
    count = min(elites.count, numbers.count / length)
    for kept in 0..<count {
      for i in 0..<length { self[kept, i] = plans[elites[kept] * length + i] }
    }
  }

  /// Forgets the first numbers of a plan; the last ones stay where they were, to be overwritten.
  mutating func shift(_ plan: Int, by width: Int) {
    for i in 0..<length - width { self[plan, i] = self[plan, i + width] }
  }
}
