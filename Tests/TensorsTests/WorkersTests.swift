// Threads that share a job: every part once, whatever else they are asked meanwhile.

import Synchronization
import Tensors
import Testing

@Suite struct WorkersTests {
  @Test(arguments: [1, 2, 3, 8]) func everyPartIsDoneOnceAndInItsPlace(count: Int) {
    let workers = Workers(count: count)
    for parts in [0, 1, 2, 7, 100] {
      for round in 0..<50 {
        #expect(workers.map(parts) { $0 * $0 + round } == (0..<parts).map { $0 * $0 + round })
      }
    }
  }

  /// Jobs that follow each other at once: a thread that comes late must not take a part twice.
  @Test func jobsInQuickSuccession() {
    final class Sum: SharedWork, @unchecked Sendable {
      let total = Atomic(0)
      override func perform(_ part: Int) { total.add(part + 1, ordering: .relaxed) }
    }
    let workers = Workers(count: 4)
    let sum = Sum()
    for _ in 0..<20_000 { workers.perform(sum, parts: 5) }
    #expect(sum.total.load(ordering: .relaxed) == 20_000 * 15)
  }

  /// Who finds the threads busy does his work alone: jobs inside jobs, and from several threads.
  @Test func jobsInsideJobs() {
    let workers = Workers(count: 3)
    let sums = workers.map(6) { outer in
      workers.map(10) { outer * 10 + $0 }.reduce(0, +)
    }
    #expect(sums == (0..<6).map { outer in (0..<10).reduce(0) { $0 + outer * 10 + $1 } })
  }
}
