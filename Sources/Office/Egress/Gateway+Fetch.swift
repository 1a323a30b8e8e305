// Requests of our own, which go through exactly the same decisions as those of a sandbox.
import Events
import NIOCore

/// A request of our own.
public struct Request: Sendable {
  /// The method.
  public var method: String
  /// The address, `http://…` or `https://…`.
  public var address: String
  /// Names and values of headers. Placeholders in values stand for secrets, as in the body.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: [UInt8]
  /// The most bytes of the body of a response that are kept.
  public var responseBytesMax = 16 << 20

  /// A request.
  public init(
    _ method: String, _ address: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.address = address
    self.headers = headers
    self.body = body
  }
}

/// A response to a request of our own.
public struct Response: Sendable {
  /// The status.
  public var status: Int
  /// Names and values of headers.
  public var headers: [(name: String, value: String)]
  /// The body, or its beginning.
  public var body: [UInt8]
  /// Whether the body is longer than was to be kept.
  public var isCutOff: Bool
}

/// What comes of a request of our own.
public enum Reply: Sendable {
  case response(Response)
  /// It is not allowed.
  case refused(Refusal)
  /// It is allowed, and no response came, for this reason.
  case failed(String)
}

extension Gateway {
  /// Makes a request. Redirections are not followed: where they lead is for rules to decide anew.
  public func fetch(_ request: Request) async -> Reply {
    var passage = Passage(nil)
    let meter = Meter(bytesMax: bounds.bytes)
    let reply: Reply
    do {
      let head = try request.head()
      passage = Passage(head.wish)
      let way = try await open(head.wish)
      var outgoing = try Outgoing(head, along: way.route, vault: vault)
      let body = try outgoing.body(request.body)
      passage.secrets = outgoing.secrets.sorted()
      let hasBody = !body.isEmpty || !["GET", "HEAD", "DELETE", "OPTIONS"].contains(head.method)
      var first = outgoing.head(hasBody ? .length(body.count) : .none)
      first.writeBytes(body)
      let response = try await exchange(first, along: way, for: request, meter)
      passage.status = response.status
      reply = .response(response)
    } catch {
      let answer = Answer(to: error)
      passage.verdict = answer.verdict
      switch (answer.verdict, error) {
      case (_, let refused as Refused): reply = .refused(refused.refusal)
      case (_, let malformed as Malformed): reply = .refused(.malformed(malformed.what))
      case (.failed(let reason), _), (.refused(let reason), _): reply = .failed(reason)
      case (.allowed, _): reply = .failed("\(error)")
      }
    }
    passage.bytesOut = meter.bytesOut
    passage.bytesIn = meter.bytesIn
    await report(passage)
    return reply
  }

  private func exchange(
    _ bytes: ByteBuffer, along way: Way, for request: Request, _ meter: Meter
  ) async throws -> Response {
    let needles = vault.values(for: way.route)
    let bounds = bounds
    return try await dial(way).executeThenClose { input, output in
      async let response = receive(
        ResponseReader(input, without: needles, meter: meter), for: request, bounds)
      try meter.countOut(bytes.readableBytes)
      // A host may answer, and hang up, before it has all of the request.
      do { try await output.write(bytes) } catch is ChannelError {}
      return try await response
    }
  }
}

private func receive(
  _ reader: ResponseReader, for request: Request, _ bounds: Bounds
) async throws -> Response {
  var reader = reader
  let (head, _) = try await reader.head(after: request.method, bytesMax: bounds.headBytes)
  var response = Response(
    status: head.status, headers: head.fields.map { ($0.name, $0.text) }, body: [],
    isCutOff: false)
  while let piece = try await reader.piece() {
    let room = request.responseBytesMax - response.body.count
    response.body += piece.readableBytesView.prefix(room)
    if piece.readableBytes > room {
      response.isCutOff = true
      break
    }
  }
  return response
}

extension Request {
  /// The head, held to what is demanded of anybody's.
  fileprivate func head() throws(Malformed) -> RequestHead {
    guard method != "CONNECT", (1...32).contains(method.utf8.count),
      method.utf8.allSatisfy(isOfToken)
    else { throw Malformed("'\(method)' is no method of a request") }
    let whole = address.prefix { $0 != "#" }
    guard whole.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Malformed("the address has blanks or letters that must be written as %XX")
    }
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(isOfToken),
        value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 })
      else { throw Malformed("the header '\(name)' is no proper header") }
    }
    return RequestHead(
      method: method, target: try .init(String(whole), method: method),
      fields: headers.map { Field($0.name, $0.value) })
  }
}
