// Heads of responses, as a proxy reads them.

/// The head of a response.
package struct ResponseHead: Sendable, Hashable {
  var status: Int
  var reason: [UInt8]
  var fields: [Field]

  /// Reads a head: all its bytes, the empty line at its end included.
  package init(_ bytes: [UInt8]) throws(Malformed) {
    guard let lines = bytes[...].lines, lines.count >= 2, lines.last == [] else {
      throw Malformed("lines do not all end in CR and LF")
    }
    let line = lines[0]
    let digits = line.dropFirst(9).prefix(3)
    guard line.starts(with: "HTTP/1.1 ".utf8) || line.starts(with: "HTTP/1.0 ".utf8),
      digits.count == 3, digits.allSatisfy(isDigit),
      let status = Int(String(decoding: digits, as: UTF8.self)), (100...599).contains(status),
      line.count == 12 || line[line.startIndex + 12] == 0x20
    else { throw Malformed("the first line is not 'HTTP/1.1 status reason'") }
    self.status = status
    reason = line.dropFirst(13).filter { $0 >= 0x20 && $0 != 0x7F }
    fields = try [Field](lines: lines[1...].dropLast())
  }

  /// How the body is framed, in the answer to a request with a method.
  package func framing(after method: String) throws(Malformed) -> Framing {
    if method == "HEAD" || status == 204 || status == 304 || status < 200 { return .none }
    let lengths = fields.named("content-length")
    let codings = fields.named("transfer-encoding")
    if codings.isEmpty {
      return lengths.isEmpty ? .untilClose : .length(try Framing.length(lengths))
    }
    guard lengths.isEmpty, codings.count == 1, codings[0].text.lowercased() == "chunked" else {
      throw Malformed("it says in several ways how long the body is")
    }
    return .chunked
  }
}
