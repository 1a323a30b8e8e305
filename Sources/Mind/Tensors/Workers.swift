// A few threads that share the independent parts of a job.

import CKernels
import Synchronization

/// Persistent threads for work that falls into independent parts. Results come in the order of
/// the parts, whoever computed them, so that they do not depend on the number of threads.
///
/// One job at a time: whoever comes while the threads are busy computes all parts alone.
public final class Workers: Sendable {
  /// How many threads compute, the caller's among them.
  public let count: Int
  private let crew: Crew

  /// `count` threads, of which `count − 1` are started now and the last is that of the caller.
  public init(count: Int) {
    precondition(count > 0, "\(count) workers")
    self.count = count
    crew = Crew(helpers: count - 1)
  }

  /// The values of `body` for 0..<parts, computed by all threads together.
  public func map<T: Sendable>(
    _ parts: Int, _ body: @escaping @Sendable (Int) -> T
  ) -> [T] {
    guard count > 1, parts > 1 else { return (0..<parts).map(body) }
    let work = Map(parts: parts, body: body)
    perform(work, parts: parts)
    return work.values
  }

  /// Performs the parts 0..<parts of `work`, on all threads together. Allocates nothing.
  public func perform(_ work: SharedWork, parts: Int) {
    crew_run(
      crew.pointer, parts,
      { context, part in
        guard let context else { return }
        Unmanaged<SharedWork>.fromOpaque(context).takeUnretainedValue().perform(part)
      }, Unmanaged.passUnretained(work).toOpaque())
  }
}

/// Work in independent parts, for somebody who does the same work many times and makes this object once.
open class SharedWork: @unchecked Sendable {
  /// For subclasses.
  public init() {}

  /// Does one part. Parts run at the same time, and may write only what is their own.
  open func perform(_ part: Int) {}
}

/// The threads themselves.
private final class Crew: @unchecked Sendable {
  let pointer: OpaquePointer

  init(helpers: Int) {
    guard let crew = crew_create(Int32(helpers)) else {
      preconditionFailure("no memory for threads")
    }
    pointer = crew
  }

  deinit { crew_destroy(pointer) }
}

/// Where the results of one call of `map` are put together.
private final class Map<T: Sendable>: SharedWork, @unchecked Sendable {
  private let body: @Sendable (Int) -> T
  private let slots: Mutex<[T?]>

  init(parts: Int, body: @escaping @Sendable (Int) -> T) {
    self.body = body
    slots = Mutex([T?](repeating: nil, count: parts))
  }

  override func perform(_ part: Int) {
    let value = body(part)
    slots.withLock { $0[part] = value }
  }

  var values: [T] { slots.withLock { $0.compactMap { $0 } } }
}
