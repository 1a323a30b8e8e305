// A clock for tests.

import Synchronization

/// A clock that moves on by a second whenever it is read.
final class Ticks: Sendable {
  private let reads = Mutex(0)

  /// How often it was read.
  var count: Int { reads.withLock { $0 } }

  /// Seconds.
  func next() -> Double {
    reads.withLock {
      $0 += 1
      return Double($0)
    }
  }
}
