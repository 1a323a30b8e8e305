// A visit: one connection of a client to the proxy, from its first request to its last.
import Events
import NIOCore

/// A connection of a client, and the requests that come on it one after another.
struct Visit {
  let gateway: Gateway
  let door: Door
  let channel: any Channel
  let output: WireOutput
  var reader: WireReader

  /// Serves requests until one of both sides has had enough.
  mutating func serve() async {
    while await serveNext() {}
    try? await channel.flushed()
    output.finish()
    let end = channel.close(inSeconds: gateway.bounds.headSeconds)
    await reader.drain(bytesMax: 1 << 18)
    end.cancel()
  }

  /// Serves a request; whether another can follow.
  private mutating func serveNext() async -> Bool {
    var passage = Passage(nil)
    let meter = Meter(bytesMax: gateway.bounds.bytes)
    var goesOn = false
    var answer: ByteBuffer?
    do {
      guard let bytes = try await head() else { return false }
      let head = try RequestHead(bytes)
      passage = Passage(head.wish)
      if case .authority(let host, _) = head.target {
        try await tunnel(to: host, head, &passage, meter)
      } else {
        goesOn = try await forward(head, &passage, meter)
      }
    } catch {
      let ours = Answer(to: error)
      answer = ours.bytes(to: passage.method)
      passage.verdict = ours.verdict
      passage.status = ours.status
    }
    passage.bytesOut = meter.bytesOut
    passage.bytesIn = meter.bytesIn
    await gateway.report(passage)
    if let answer { try? await output.write(answer) }
    return goesOn
  }

  /// The bytes of the next head; nil where none comes.
  private mutating func head() async throws -> [UInt8]? {
    let end = channel.close(inSeconds: gateway.bounds.headSeconds)
    defer { end.cancel() }
    if reader.buffer.readableBytes == 0 {
      guard door.rest(channel) else { return nil }
      defer { door.wake(channel) }
      guard (try? await reader.more()) == true else { return nil }
    }
    do {
      return try await reader.head(bytesMax: gateway.bounds.headBytes)
    } catch is Failure {
      return nil
    }
  }
}
