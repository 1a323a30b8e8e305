// Heads of requests, as a proxy reads them.

/// The head of a request to a proxy.
package struct RequestHead: Sendable, Hashable {
  var method: String
  package var target: Target
  /// Whether the client speaks HTTP/1.1, or the older HTTP/1.0.
  var isModern: Bool
  package var fields: [Field]

  /// What is asked for.
  package enum Target: Sendable, Hashable {
    /// A tunnel.
    case authority(Host, Int)
    /// Something at a host: path and query as they are written.
    case resource(Host, Int, isSecure: Bool, path: String)
  }

  /// Reads a head: all its bytes, the empty line at its end included.
  package init(_ bytes: [UInt8]) throws(Malformed) {
    guard let lines = bytes[...].lines, lines.count >= 2, lines.last == [] else {
      throw Malformed("lines do not all end in CR and LF")
    }
    let words = lines[0].split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count == 3, (1...32).contains(words[0].count), words[0].allSatisfy(isOfToken),
      words[1].allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw Malformed("the first line is not 'METHOD target HTTP/1.1'") }
    switch String(decoding: words[2], as: UTF8.self) {
    case "HTTP/1.1": isModern = true
    case "HTTP/1.0": isModern = false
    default: throw Malformed("the version is neither HTTP/1.1 nor HTTP/1.0")
    }
    method = String(decoding: words[0], as: UTF8.self)
    fields = try [Field](lines: lines[1...].dropLast())
    let hosts = fields.named("host").count
    guard hosts == 1 || (hosts == 0 && !isModern) else {
      throw Malformed("\(hosts) Host headers instead of one")
    }
    target = try Target(String(decoding: words[1], as: UTF8.self), method: method)
  }

  /// A head of these parts.
  init(method: String, target: Target, fields: [Field]) {
    self.method = method
    self.target = target
    self.fields = fields
    isModern = true
  }

  /// What is wished for with this.
  var wish: Wish {
    switch target {
    case .authority(let host, let port):
      Wish(method: method, host: host, port: port, kind: .tunnel)
    case .resource(let host, let port, let isSecure, _):
      Wish(method: method, host: host, port: port, kind: isSecure ? .secure : .plain)
    }
  }

  /// Whether the client wants to go on with the connection.
  package var isPersistent: Bool {
    let words = fields.words("connection") + fields.words("proxy-connection")
    return isModern && !words.contains("close")
  }

  /// How the body is framed. Whatever leaves room for two opinions is refused: it is how requests
  /// are smuggled past a proxy.
  package func framing() throws(Malformed) -> Framing {
    let lengths = fields.named("content-length")
    let codings = fields.named("transfer-encoding")
    if codings.isEmpty {
      return lengths.isEmpty ? .none : .length(try Framing.length(lengths))
    }
    guard lengths.isEmpty else {
      throw Malformed("both Content-Length and Transfer-Encoding say how long the body is")
    }
    guard isModern, codings.count == 1, codings[0].text.lowercased() == "chunked" else {
      throw Malformed("the Transfer-Encoding is not 'chunked' alone")
    }
    return .chunked
  }
}

extension RequestHead.Target {
  /// Reads the target: `host:port` with CONNECT, `http://host/path` with everything else.
  init(_ text: String, method: String) throws(Malformed) {
    if method == "CONNECT" {
      guard let authority = Authority(text), let port = authority.port else {
        throw Malformed("CONNECT wants 'host:port'")
      }
      self = .authority(authority.host, port)
      return
    }
    guard let slashes = text.firstRange(of: "://") else {
      throw Malformed("a proxy wants whole addresses, such as 'http://example.org/'")
    }
    let scheme = text[..<slashes.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw Malformed("the scheme is neither http nor https")
    }
    let rest = text[slashes.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    guard let authority = Authority(rest[..<end]) else {
      throw Malformed(
        "the address names no proper host: names of letters, digits, '-' and '.', addresses in "
          + "their usual form, no user and no password")
    }
    let path = rest[end...]
    guard !path.contains("#") else { throw Malformed("the address has a fragment") }
    self = .resource(
      authority.host, authority.port ?? (scheme == "https" ? 443 : 80),
      isSecure: scheme == "https", path: path.hasPrefix("/") ? String(path) : "/\(path)")
  }
}
