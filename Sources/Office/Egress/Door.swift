// The door: who is inside a proxy, and how it is closed.
import NIOCore
import Synchronization

/// Who is inside a proxy. Closing the door lets no one else in, and sends away those who rest.
final class Door: Sendable {
  private let state = Mutex(State())

  private struct State {
    var isClosing = false
    var listener: (any Channel)?
    /// Everybody inside.
    var visitors: [ObjectIdentifier: any Channel] = [:]
    /// Those whom nobody serves yet.
    var waiting: [ObjectIdentifier: Wire] = [:]
    var resting: Set<ObjectIdentifier> = []
  }

  /// Whether nobody is let in any longer.
  var isClosing: Bool { state.withLock { $0.isClosing } }

  /// Lets in who comes by a listener.
  func open(_ listener: any Channel) {
    let isClosing = state.withLock {
      $0.listener = listener
      return $0.isClosing
    }
    if isClosing { listener.close(promise: nil) }
  }

  /// Somebody comes in, and will be forgotten when the channel is closed: on its event loop. From here
  /// on nothing that the channel reads is lost.
  func enter(_ channel: any Channel) throws {
    let name = ObjectIdentifier(channel)
    try state.withLock {
      guard !$0.isClosing else { throw ChannelError.ioOnClosedChannel }
      $0.waiting[name] = try channel.wire()
      $0.visitors[name] = channel
    }
    channel.closeFuture.whenComplete { _ in
      self.state.withLock {
        $0.visitors[name] = nil
        $0.resting.remove(name)
      }
    }
  }

  /// Somebody is served now, by whoever gets this.
  func take(_ channel: any Channel) -> Wire? {
    state.withLock { $0.waiting.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Somebody wants nothing for now; false where it had better go.
  func rest(_ channel: any Channel) -> Bool {
    state.withLock {
      if !$0.isClosing { $0.resting.insert(ObjectIdentifier(channel)) }
      return !$0.isClosing
    }
  }

  /// Somebody wants something again.
  func wake(_ channel: any Channel) {
    state.withLock { _ = $0.resting.remove(ObjectIdentifier(channel)) }
  }

  /// Closes the door.
  func close() {
    let leaving = state.withLock { state in
      state.isClosing = true
      return state.resting.compactMap { state.visitors[$0] } + [state.listener].compactMap(\.self)
    }
    for channel in leaving { channel.close(promise: nil) }
  }

  /// Sends everybody away.
  func clear() {
    close()
    for channel in state.withLock({ Array($0.visitors.values) }) { channel.close(promise: nil) }
  }

  /// Sends everybody away, and ends the wires of those who were never served.
  func sweep() async {
    clear()
    let rest = state.withLock { state in
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for wire in rest { try? await wire.executeThenClose { _, _ in } }
  }
}
