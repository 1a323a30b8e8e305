// Header fields of HTTP/1.1: how they are read, and which of them end at a proxy.

/// A header field. Its value is bytes: old servers send other things than UTF-8.
package struct Field: Sendable, Hashable {
  package var name: String
  package var value: [UInt8]

  init(_ name: String, _ value: String) { self.init(name: name, value: Array(value.utf8)) }

  init(name: String, value: [UInt8]) {
    self.name = name
    self.value = value
  }

  /// The value as text, for comparisons.
  var text: String { String(decoding: value, as: UTF8.self) }

  /// Whether the name is this one, given in lower case.
  func isNamed(_ name: String) -> Bool { self.name.lowercased() == name }
}

/// What somebody sent is not of the form that it has to be of. Says what, in the middle of a sentence.
package struct Malformed: Error, Hashable {
  package var what: String

  package init(_ what: String) { self.what = what }
}

/// The most fields that a head may have.
private let fieldsMax = 128

extension [Field] {
  /// Reads lines after the first one of a head, or of a trailer.
  ///
  /// Stricter than RFC 9112 demands: nothing may be read in two ways by two readers. A name is a
  /// token with the colon directly behind it, a value has no control characters but tabs, and no
  /// line goes on from the one before.
  init(lines: some Sequence<ArraySlice<UInt8>>) throws(Malformed) {
    self = []
    for line in lines {
      if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
        throw Malformed("a header goes on in the next line")
      }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon != line.startIndex,
        line[..<colon].allSatisfy(isOfToken)
      else { throw Malformed("a header has no proper name") }
      let value = line[(colon + 1)...].trimmed
      guard value.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
        throw Malformed("a header has control characters")
      }
      guard count < fieldsMax else { throw Malformed("more than \(fieldsMax) headers") }
      append(Field(name: String(decoding: line[..<colon], as: UTF8.self), value: [UInt8](value)))
    }
  }

  /// The fields of a name, given in lower case.
  func named(_ name: String) -> [Field] { filter { $0.isNamed(name) } }

  /// The words of the lists that fields of a name are, in lower case.
  func words(_ name: String) -> [String] {
    named(name).flatMap { $0.text.split(separator: ",") }
      .map { $0.lowercased().trimmed }.filter { !$0.isEmpty }
  }

  /// The fields that go on to the next hop: neither those of the hop itself, nor those that
  /// `Connection` names, nor those that say how a body is framed or whom it is for, which every
  /// hop says anew.
  package var forwarded: [Field] {
    let named = Set(words("connection"))
    return filter { field in
      let name = field.name.lowercased()
      return !ofOneHop.contains(name) && !named.contains(name)
    }
  }
}

private let ofOneHop: Set = [
  "connection", "proxy-connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
  "proxy-authorization", "proxy-authenticate", "proxy-authentication-info", "http2-settings",
  "expect", "content-length", "host",
]

/// Whether a byte may stand in a token: a method, or the name of a header.
func isOfToken(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
  default: isDigit(byte) || tokenMarks.contains(byte)
  }
}

private let tokenMarks = Set("!#$%&'*+-.^_`|~".utf8)

extension ArraySlice<UInt8> {
  /// Without blanks at both ends.
  var trimmed: ArraySlice {
    var out = drop { $0 == 0x20 || $0 == 0x09 }
    while let last = out.last, last == 0x20 || last == 0x09 { out.removeLast() }
    return out
  }

  /// The lines, each ended by CR and LF. Nothing where one of the two stands alone.
  var lines: [ArraySlice<UInt8>]? {
    var lines: [ArraySlice<UInt8>] = []
    var rest = self
    while let end = rest.firstIndex(where: { $0 == 0x0D || $0 == 0x0A }) {
      guard rest[end] == 0x0D, end + 1 < rest.endIndex, rest[end + 1] == 0x0A else { return nil }
      lines.append(rest[..<end])
      rest = rest[(end + 2)...]
    }
    return rest.isEmpty ? lines : nil
  }
}

extension String {
  /// Without blanks at both ends.
  fileprivate var trimmed: String { String(decoding: Array(utf8)[...].trimmed, as: UTF8.self) }
}
