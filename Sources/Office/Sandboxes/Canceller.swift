// How a cancelled task tells the thread that waits for its process.
import CSandbox
import Glibc
import Synchronization

/// A bell that can be rung from anywhere, and that a thread can wait for together with other things.
final class Canceller: Sendable {
  private let state: Mutex<(descriptor: Int32, isRung: Bool)>

  init() { state = Mutex((sandbox_bell(), false)) }

  deinit { state.withLock { _ = close($0.descriptor) } }

  /// Becomes readable with the first ring.
  var descriptor: Int32 { state.withLock { $0.descriptor } }

  var isRung: Bool { state.withLock { $0.isRung } }

  func ring() {
    state.withLock {
      $0.isRung = true
      sandbox_ring($0.descriptor)
    }
  }
}
