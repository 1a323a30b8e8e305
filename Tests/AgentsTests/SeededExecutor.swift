// Runs tasks on one thread, in an order that a seed decides.
import Basics
import Synchronization

/// Runs tasks on the thread that drains it: whichever could run next is drawn, so that a seed names
/// an interleaving and repeats it.
final class SeededExecutor: TaskExecutor {
  private let state: Mutex<(jobs: [UnownedJob], random: Random)>

  init(seed: UInt64) { state = Mutex(([], Random(seed: seed))) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
  }

  /// Runs what there is, and what comes of it, until nothing is left.
  func drain() {
    while let job = draw() { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func draw() -> UnownedJob? {
    state.withLock { state in
      guard !state.jobs.isEmpty else { return nil }
      let i = Int(state.random.next(upperBound: UInt64(state.jobs.count)))
      return state.jobs.remove(at: i)
    }
  }

  /// What an operation that waits for nothing but other such operations returns.
  func run<Value: Sendable>(_ operation: @escaping @Sendable () async throws -> Value) throws
    -> Value
  {
    let result = Mutex<Result<Value, any Error>?>(nil)
    let box = Box(result: result)
    _ = Task(executorPreference: self) {
      do {
        let value = try await operation()
        box.result.withLock { $0 = .success(value) }
      } catch {
        box.result.withLock { $0 = .failure(error) }
      }
    }
    drain()
    guard let result = box.result.withLock({ $0 }) else { throw Stuck() }
    return try result.get()
  }

  /// Everything waits, and nothing is left that could go on.
  struct Stuck: Error {}

  private final class Box<Value: Sendable>: Sendable {
    let result: Mutex<Result<Value, any Error>?>
    init(result: consuming Mutex<Result<Value, any Error>?>) { self.result = result }
  }
}
