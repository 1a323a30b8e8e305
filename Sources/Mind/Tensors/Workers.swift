// A few threads that share a list of independent jobs.

import Foundation
import Synchronization

/// Persistent threads for work that falls into independent parts. Results come in the order of
/// the parts, whoever computed them, so that they do not depend on the number of threads.
public final class Workers: Sendable {
  /// How many threads compute, the caller's among them.
  public let count: Int
  private let queue = Queue()

  /// `count` threads, of which `count − 1` are started now and the last is that of the caller.
  public init(count: Int) {
    precondition(count > 0, "\(count) workers")
    self.count = count
    for _ in 1..<max(count, 1) {
      let thread = Thread { [queue] in
        while let job = queue.next() { job.help() }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  deinit { queue.close() }

  /// The values of `body` for 0..<parts, computed by all threads together.
  public func map<T: Sendable>(
    _ parts: Int, _ body: @escaping @Sendable (Int) -> T
  ) -> [T] {
    guard count > 1, parts > 1 else { return (0..<parts).map(body) }
    let results = Slots<T>(count: parts)
    let job = Job(parts: parts) { part in results.set(part, to: body(part)) }
    queue.add(job, times: min(count, parts) - 1)
    job.help()
    job.wait()
    queue.remove(job)
    return results.values
  }
}

/// Where the results of one call of `map` are put together.
private final class Slots<T: Sendable>: Sendable {
  private let slots: Mutex<[T?]>

  init(count: Int) { slots = Mutex([T?](repeating: nil, count: count)) }

  func set(_ index: Int, to value: T) { slots.withLock { $0[index] = value } }

  var values: [T] { slots.withLock { $0.compactMap { $0 } } }
}

/// The parts of one call of `map`: handed out one by one.
private final class Job: Sendable {
  private let parts: Int
  private let next = Atomic(0)
  private let body: @Sendable (Int) -> Void
  private let done = Atomic(0)
  private let finished = DispatchSemaphore(value: 0)

  init(parts: Int, body: @escaping @Sendable (Int) -> Void) {
    self.parts = parts
    self.body = body
  }

  /// Computes parts until none is left.
  func help() {
    while true {
      let part = next.add(1, ordering: .relaxed).oldValue
      guard part < parts else { return }
      body(part)
      if done.add(1, ordering: .acquiringAndReleasing).newValue == parts { finished.signal() }
    }
  }

  func wait() { finished.wait() }
}

/// Jobs on offer to the threads.
private final class Queue: Sendable {
  private let jobs = Mutex<[Job]>([])
  private let isOpen = Atomic(true)
  private let signal = DispatchSemaphore(value: 0)

  func add(_ job: Job, times: Int) {
    jobs.withLock { $0.append(contentsOf: repeatElement(job, count: times)) }
    for _ in 0..<times { signal.signal() }
  }

  /// Takes back the offers that nobody took up; their signals find another job or none.
  func remove(_ job: Job) { jobs.withLock { $0.removeAll { $0 === job } } }

  /// Waits for a job; nil when the workers are gone.
  func next() -> Job? {
    while true {
      signal.wait()
      guard isOpen.load(ordering: .acquiring) else {
        signal.signal()
        return nil
      }
      if let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return job }
    }
  }

  func close() {
    isOpen.store(false, ordering: .releasing)
    signal.signal()
  }
}
