// Wakes those who wait for something new.
import Dispatch
import Synchronization

/// A bell that many may wait for.
final class Bell: Sendable {
  private let state = Mutex(State())

  private struct State {
    var rings = 0
    var tickets = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  /// How often it has rung.
  var rings: Int { state.withLock { $0.rings } }

  /// Rings, and wakes all who wait.
  func ring() {
    let woken = state.withLock { state in
      state.rings += 1
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for waiter in woken { waiter.resume() }
  }

  /// Waits until it has rung more often than this, or until a time has passed.
  func wait(after rings: Int, atMost time: DispatchTimeInterval) async {
    await withCheckedContinuation { continuation in
      let ticket: Int? = state.withLock { state in
        if state.rings != rings { return nil }
        state.tickets += 1
        state.waiting[state.tickets] = continuation
        return state.tickets
      }
      guard let ticket else { return continuation.resume() }
      DispatchQueue.global().asyncAfter(deadline: .now() + time) {
        self.state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
      }
    }
  }
}
