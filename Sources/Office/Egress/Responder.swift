// Passes a response on to the client, while the request may still be on its way.
import NIOCore
import Synchronization

/// Passes one response on.
struct Responder: Sendable {
  /// The method of the request.
  var method: String
  /// Whether the client speaks HTTP/1.1.
  var isModern: Bool
  /// Whether the client wants to go on with its connection, and may.
  var isPersistent: Bool
  var output: WireOutput
  var channel: any Channel
  var needles: Needles
  var meter: Meter
  var headBytesMax: Int

  /// How far a response got.
  struct Told: Sendable {
    /// The status, once the client has been told anything.
    var status: Int?
    /// Whether the connection to the client can carry another request.
    var goesOn = false
    /// Why the response did not get to its end.
    var fault: (any Error)?
  }

  /// Passes a response on. Where it is over before the request is (`isSent` says), nobody needs the
  /// rest of that: the client is told by the end of what it gets, and after a failure is read no more.
  func respond(with input: WireInput, unless isSent: Flag) async -> Told {
    var told = Told()
    do {
      var reader = ResponseReader(input, without: needles, meter: meter)
      let (head, framing) = try await reader.head(after: method, bytesMax: headBytesMax)
      let ours = isModern && framing == .untilClose ? Framing.chunked : framing
      let endsItself = ours != .untilClose && (isModern || ours != .chunked)
      let goesOn = isPersistent && endsItself && isSent.isRaised
      told.status = head.status
      try await output.write(bytes(of: head, ours, goesOn: goesOn))
      while let piece = try await reader.piece() {
        if ours == .chunked && isModern {
          try await output.write(contentsOf: piece.asChunk)
        } else {
          try await output.write(piece)
        }
      }
      if ours == .chunked && isModern { try await output.write(.lastChunk) }
      told.goesOn = goesOn
    } catch {
      told.fault = error
    }
    if !isSent.isRaised {
      if told.fault == nil {
        try? await channel.flushed()
        output.finish()
      } else {
        channel.close(mode: .input, promise: nil)
      }
    }
    return told
  }

  private func bytes(of head: ResponseHead, _ framing: Framing, goesOn: Bool) -> ByteBuffer {
    var fields = head.fields.forwarded
    switch framing {
    case .length(let length): fields.append(Field("Content-Length", "\(length)"))
    case .chunked where isModern: fields.append(Field("Transfer-Encoding", "chunked"))
    case .none where method == "HEAD" || head.status == 304:
      // How long the body would be that is not there.
      fields += head.fields.named("content-length").prefix(1)
    default: break
    }
    fields.append(Field("Via", "1.1 orrery"))
    if !goesOn { fields.append(Field("Connection", "close")) }
    var bytes = Array("HTTP/1.1 \(head.status) ".utf8) + head.reason + Array("\r\n".utf8)
    for field in fields {
      bytes += Array("\(field.name): ".utf8) + field.value + Array("\r\n".utf8)
    }
    return ByteBuffer(bytes: bytes + Array("\r\n".utf8))
  }
}

/// Says once, to whoever looks, that something has happened.
final class Flag: Sendable {
  private let raised = Atomic(false)

  /// Whether it has.
  var isRaised: Bool { raised.load(ordering: .acquiring) }

  /// Says so.
  func raise() { raised.store(true, ordering: .releasing) }
}
