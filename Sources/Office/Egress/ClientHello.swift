// The first thing that a TLS client says: which host it wants.

/// What the first bytes in a tunnel are.
package enum ClientHello: Sendable, Hashable {
  /// The greeting has not come to its end.
  case unfinished
  /// A greeting that asks for a host; nil where it names none.
  case asks(for: String?)
  /// No greeting of TLS.
  case other

  /// The most bytes that a greeting may have.
  static let bytesMax = 65_536

  /// Looks at what has come so far.
  ///
  /// A record is a type (22: handshake), two bytes of version, two of length; a greeting may be
  /// spread over several (RFC 8446, section 5.1). The message in them is a type (1: greeting), three
  /// bytes of length, a version, 32 random bytes, then a session, ciphers and compressions, each
  /// after its length, and extensions: type, length, body. Extension 0 is a list of names (RFC 6066).
  package init(_ bytes: some Collection<UInt8>) {
    var message: [UInt8] = []
    var rest = Cursor(bytes: Array(bytes)[...])
    while true {
      guard let type = rest.number(1) else { break }
      guard type == 22 else {
        self = .other
        return
      }
      guard let version = rest.number(2) else { break }
      guard version >> 8 == 3 else {
        self = .other
        return
      }
      guard let length = rest.number(2) else { break }
      guard (1...16_640).contains(length) else {
        self = .other
        return
      }
      message += rest.bytes.prefix(length)
      guard rest.take(length) != nil else { break }
      if message.count >= 4 && message.count >= 4 + Self.length(message) { break }
    }
    if let first = message.first, first != 1 {
      self = .other
    } else if message.count < 4 || message.count < 4 + Self.length(message) {
      self = .unfinished
    } else {
      self = Self.greeting(message[4..<(4 + Self.length(message))])
    }
  }

  private static func length(_ message: [UInt8]) -> Int {
    Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
  }

  private static func greeting(_ bytes: ArraySlice<UInt8>) -> ClientHello {
    var rest = Cursor(bytes: bytes)
    guard rest.take(34) != nil, rest.block(1) != nil, rest.block(2) != nil, rest.block(1) != nil
    else { return .other }
    if rest.bytes.isEmpty { return .asks(for: nil) }
    guard var extensions = rest.block(2), rest.bytes.isEmpty else { return .other }
    var name: String?
    while !extensions.bytes.isEmpty {
      guard let type = extensions.number(2), var body = extensions.block(2) else { return .other }
      guard type == 0 else { continue }
      // One list with one name of a host: more would be read differently by different servers.
      guard name == nil, var list = body.block(2), body.bytes.isEmpty, list.number(1) == 0,
        let host = list.block(2), list.bytes.isEmpty
      else { return .other }
      name = String(decoding: host.bytes, as: UTF8.self)
    }
    return .asks(for: name)
  }
}

/// Reads numbers and blocks off the front of some bytes.
private struct Cursor {
  var bytes: ArraySlice<UInt8>

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard bytes.count >= count else { return nil }
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count)
  }

  mutating func number(_ count: Int) -> Int? {
    take(count)?.reduce(0) { $0 << 8 | Int($1) }
  }

  /// What stands behind its length, which has this many bytes.
  mutating func block(_ count: Int) -> Cursor? {
    number(count).flatMap { take($0) }.map(Cursor.init)
  }
}
