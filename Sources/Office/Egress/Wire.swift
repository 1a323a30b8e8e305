// Wires: connections as streams of bytes, read and written under backpressure.
package import NIOCore

/// A connection. At most a few pieces of what came are held, then nothing more is taken from the
/// other side until they are read; whoever writes waits while the other side does not read.
typealias Wire = NIOAsyncChannel<ByteBuffer, ByteBuffer>
typealias WireInput = NIOAsyncChannelInboundStream<ByteBuffer>
typealias WireOutput = NIOAsyncChannelOutboundWriter<ByteBuffer>

extension Channel {
  /// Makes a wire of a channel, on whose event loop this runs.
  func wire() throws -> Wire {
    try Wire(
      wrappingChannelSynchronously: self,
      configuration: .init(
        backPressureStrategy: .init(lowWatermark: 2, highWatermark: 4),
        isOutboundHalfClosureEnabled: true))
  }

  /// Has the channel closed when nothing moves for a while: on its event loop.
  func closeWhenIdle(forSeconds seconds: Double) throws {
    try pipeline.syncOperations.addHandlers([
      IdleStateHandler(allTimeout: .seconds(seconds)), IdleCloser(),
    ])
  }

  /// Waits until everything that was written is the system's. Closing drops what is not.
  func flushed() async throws { try await writeAndFlush(ByteBuffer()).get() }

  /// Closes the channel some seconds from now, unless that is called off.
  func close(inSeconds seconds: Double) -> Scheduled<Void> {
    eventLoop.scheduleTask(in: .seconds(seconds)) { self.close(promise: nil) }
  }
}

private final class IdleCloser: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}

extension TimeAmount {
  /// A number of seconds, whole or not.
  static func seconds(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}

/// Reads heads and bodies off a wire.
struct WireReader {
  private var input: WireInput.AsyncIterator
  /// What has come and is not read yet.
  var buffer = ByteBuffer()

  init(_ input: WireInput) { self.input = input.makeAsyncIterator() }

  /// Waits for more; false at the end of the stream.
  mutating func more() async throws -> Bool {
    guard var next = try await input.next(isolation: #isolation) else { return false }
    if buffer.readableBytes == 0 {
      buffer = next
    } else {
      buffer.discardReadBytes()
      buffer.writeBuffer(&next)
    }
    return true
  }

  /// The bytes of a head, its empty line included; nil where the stream ends instead of it.
  mutating func head(bytesMax: Int) async throws -> [UInt8]? {
    var scanned = 0
    while true {
      if let length = try buffer.headLength(from: &scanned), length <= bytesMax {
        return buffer.readBytes(length: length)
      }
      if buffer.readableBytes > bytesMax { throw HeadTooLong(bytesMax: bytesMax) }
      guard try await more() else {
        if scanned > 0 { throw Failure.cut("The other side") }
        return nil
      }
    }
  }

  /// The next bytes of a body; nil at its end.
  mutating func piece(_ decoder: inout BodyDecoder) async throws -> ByteBuffer? {
    while true {
      switch try decoder.next(from: &buffer) {
      case .bytes(let bytes): return bytes
      case .end: return nil
      case .unknownYet:
        guard try await more() else {
          if decoder.endsWithStream { return nil }
          throw Failure.cut("The other side")
        }
      }
    }
  }

  /// Reads and drops, up to the end of the stream or a number of bytes. Who closes with unread bytes
  /// resets the connection, and the other side may lose the answer that it was sent.
  mutating func drain(bytesMax: Int) async {
    var count = buffer.readableBytes
    buffer.clear()
    while count < bytesMax, (try? await more()) == true {
      count += buffer.readableBytes
      buffer.clear()
    }
  }
}

/// A head has more bytes than it may.
struct HeadTooLong: Error {
  var bytesMax: Int
}

extension ByteBuffer {
  /// The length of the head at the front, its empty line included; nil where its end has not come.
  /// `scanned` says how far it was looked for already.
  package func headLength(from scanned: inout Int) throws(Malformed) -> Int? {
    let view = readableBytesView
    for i in scanned..<view.count where view[view.startIndex + i] == 0x0A {
      guard i > 0, view[view.startIndex + i - 1] == 0x0D else {
        throw Malformed("a line ends in LF alone")
      }
      if i == 1 || (i >= 3 && view[view.startIndex + i - 2] == 0x0A) {
        scanned = i + 1
        return i + 1
      }
    }
    scanned = view.count
    return nil
  }
}
