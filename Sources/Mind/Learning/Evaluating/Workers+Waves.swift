// Long work in waves, so that it can be watched and stopped.

import Tensors

/// Told the share of a piece of work that is done, 0...1; answers whether to go on.
public typealias GoOn = (_ share: Double) -> Bool

extension Workers {
  /// The values of `body` for 0..<parts, a few parts at a time; nil where `goOn` ended it.
  func waves<T: Sendable>(
    _ parts: Int, goOn: GoOn, _ body: @escaping @Sendable (Int) -> T
  ) -> [T]? {
    let size = 8 * count
    var values: [T] = []
    values.reserveCapacity(parts)
    guard goOn(0) else { return nil }
    while values.count < parts {
      let start = values.count
      values += map(min(size, parts - start)) { body(start + $0) }
      guard goOn(Double(values.count) / Double(parts)) || values.count == parts else { return nil }
    }
    return values
  }
}

/// A part of a longer piece of work: its share runs from `start` to `end` of the whole.
func part(_ start: Double, _ end: Double, of goOn: @escaping GoOn) -> GoOn {
  { goOn(start + (end - start) * $0) }
}
