// Tunnels: bytes for one host, once it is clear from the outside that they are meant for it.
import Events
import NIOCore

extension Visit {
  /// Opens a tunnel to a host, and carries bytes both ways until both sides are done. Throws what the
  /// client has to be told, as long as it believes that there is no tunnel yet.
  mutating func tunnel(
    to host: Host, _ head: RequestHead, _ passage: inout Passage, _ meter: Meter
  ) async throws {
    guard try head.framing() == .none else { throw Malformed("CONNECT has a body") }
    let way = try await gateway.open(head.wish)
    let wire = try await gateway.dial(way)
    passage.status = 200
    let (output, channel) = (output, channel)
    do {
      try await wire.executeThenClose { input, upstream in
        try await output.write(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
        try await greet(host)
        async let fault = carry(input, to: output, meter, over: channel)
        do {
          try await carryOut(to: upstream, meter)
          try await wire.channel.flushed()
          upstream.finish()
        } catch {
          wire.channel.close(promise: nil)
          _ = await fault
          throw error
        }
        if let fault = await fault { throw fault }
      }
    } catch let error where error is Refused || error is Failure {
      passage.verdict = Answer(to: error).verdict
    } catch {
      // That one of the two sides hangs up is how most tunnels end.
    }
  }

  /// Looks at what the client says first: it has to be TLS, and for the same host. A client that is
  /// refused gets an alert, as an answer in HTTP would be lost on it.
  private mutating func greet(_ host: Host) async throws {
    let end = channel.close(inSeconds: gateway.bounds.headSeconds)
    defer { end.cancel() }
    var refusal = Refusal.notTLS(host)
    looking: while true {
      switch ClientHello(reader.buffer.readableBytesView) {
      case .unfinished where reader.buffer.readableBytes < ClientHello.bytesMax:
        guard try await reader.more() else { break looking }
      case .unfinished, .other: break looking
      case .asks(let name):
        refusal = .serverName(name, expected: host)
        switch host {
        case .name: if name.flatMap(Host.init) == host { return }
        case .address: if name == nil { return }
        }
        break looking
      }
    }
    // A fatal alert, 112: unrecognized name.
    try? await output.write(ByteBuffer(bytes: [21, 3, 1, 0, 2, 2, 112]))
    throw Refused(refusal)
  }

  private mutating func carryOut(to upstream: WireOutput, _ meter: Meter) async throws {
    repeat {
      try meter.countOut(reader.buffer.readableBytes)
      try await upstream.write(reader.buffer)
      reader.buffer.clear()
    } while try await reader.more()
  }
}

/// Carries what comes from a host to the client, until the host is done. Where that fails, the client
/// is not listened to any longer.
private func carry(
  _ input: WireInput, to output: WireOutput, _ meter: Meter, over client: any Channel
) async -> (any Error)? {
  do {
    for try await bytes in input {
      try meter.countIn(bytes.readableBytes)
      try await output.write(bytes)
    }
    try await client.flushed()
    output.finish()
    return nil
  } catch {
    client.close(promise: nil)
    return error
  }
}
