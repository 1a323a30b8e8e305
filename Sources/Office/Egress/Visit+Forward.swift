// Requests that the proxy can read: for http, and for https where it speaks TLS itself.
import Events
import NIOCore

extension Visit {
  /// What becomes of a body on its way out.
  private enum Body {
    /// All of it is here, with its secrets in it.
    case whole([UInt8])
    /// It is passed on as it comes: first what was read of it already.
    case stream(BodyDecoder, Framing, begun: [ByteBuffer])

    var framing: Framing {
      switch self {
      case .whole(let bytes): .length(bytes.count)
      case .stream(_, let framing, _): framing
      }
    }
  }

  /// Passes a request on, and its response back; whether another request can follow. Throws what
  /// the client has to be told, as nothing of a response has been.
  mutating func forward(
    _ head: RequestHead, _ passage: inout Passage, _ meter: Meter
  ) async throws -> Bool {
    let framing = try head.framing()
    let way = try await gateway.open(head.wish)
    var outgoing = try Outgoing(head, along: way.route, vault: gateway.vault)
    if head.isModern, framing != .none, head.fields.words("expect").contains("100-continue") {
      try await output.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
    }
    let body = try await collect(framing, into: &outgoing)
    passage.secrets = outgoing.secrets.sorted()
    let responder = Responder(
      method: head.method, isModern: head.isModern,
      isPersistent: head.isPersistent && !door.isClosing, output: output, channel: channel,
      needles: gateway.vault.values(for: way.route), meter: meter,
      headBytesMax: gateway.bounds.headBytes)

    let wire = try await gateway.dial(way)
    let first = outgoing.head(body.framing)
    let (told, fault) = try await wire.executeThenClose { input, upstream in
      let isSent = Flag()
      async let told = responder.respond(with: input, unless: isSent)
      var fault: (any Error)?
      do {
        try meter.countOut(first.readableBytes)
        try await upstream.write(first)
        try await send(body, to: upstream, along: way.route, meter)
        isSent.raise()
      } catch {
        fault = error
        // Whatever went wrong here, the response needs no longer be waited for, unless the host gave
        // it early and that is what went wrong.
        if !(error is ChannelError) { wire.channel.close(promise: nil) }
      }
      return (await told, fault)
    }
    passage.status = told.status
    if told.status == nil, let error = fault.flatMap(telling) ?? told.fault { throw error }
    if let error = told.fault { passage.verdict = Answer(to: error).verdict }
    if let refused = fault as? Refused { passage.verdict = Answer(to: refused).verdict }
    return told.goesOn
  }

  /// The errors of sending that say more than that the other side is gone.
  private func telling(_ error: any Error) -> (any Error)? {
    error is Refused || error is Malformed || error is Failure ? error : nil
  }

  /// Reads a body as far as that is needed to put secrets into it.
  private mutating func collect(
    _ framing: Framing, into outgoing: inout Outgoing
  ) async throws -> Body {
    var decoder = BodyDecoder(framing)
    let bytesMax = gateway.bounds.bodyBytes
    if gateway.vault.isEmpty || framing == .none { return .stream(decoder, framing, begun: []) }
    if case .length(let length) = framing, length > bytesMax {
      return .stream(decoder, framing, begun: [])
    }
    var begun: [ByteBuffer] = []
    var count = 0
    while let piece = try await reader.piece(&decoder) {
      begun.append(piece)
      count += piece.readableBytes
      if count > bytesMax { return .stream(decoder, framing, begun: begun) }
    }
    return .whole(try outgoing.body(begun.flatMap { Array($0.readableBytesView) }))
  }

  /// Sends a body. One that is passed on as it comes must not have a placeholder in it, as secrets
  /// are of other lengths.
  private mutating func send(
    _ body: Body, to upstream: WireOutput, along route: Route, _ meter: Meter
  ) async throws {
    guard case .stream(var decoder, let framing, var begun) = body else {
      if case .whole(let bytes) = body {
        try meter.countOut(bytes.count)
        try await upstream.write(ByteBuffer(bytes: bytes))
      }
      return
    }
    var needles = gateway.vault.needles
    begun.reverse()
    var isOver = false
    while !isOver {
      var piece = begun.popLast()
      if piece == nil { piece = try await reader.piece(&decoder) }
      isOver = piece == nil
      if !needles.isEmpty {
        let certain = needles.mask(piece.map { Array($0.readableBytesView) } ?? [], isLast: isOver)
        if let number = certain.found {
          let place = "a body of more than \(gateway.bounds.bodyBytes) bytes"
          throw Refused(gateway.vault.refusal(ofNeedle: number, in: place, for: route))
        }
        piece = ByteBuffer(bytes: certain.bytes)
      }
      guard let piece, piece.readableBytes > 0 else { continue }
      try meter.countOut(piece.readableBytes)
      if framing == .chunked {
        try await upstream.write(contentsOf: piece.asChunk)
      } else {
        try await upstream.write(piece)
      }
    }
    if framing == .chunked { try await upstream.write(.lastChunk) }
  }
}
