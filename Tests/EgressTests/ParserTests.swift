// Parsers: what they take, what they refuse, and that no cut of a stream changes what they read.
import Basics
import Egress
import NIOCore
import Testing

@Suite struct ParserTests {
  /// Heads, with `|` for the end of a line, and where they lead; nil where they are refused.
  @Test(arguments: [
    ("GET http://a.org/b?c HTTP/1.1|Host: a.org||", "a.org:80/b?c"),
    ("GET HTTP://A.org HTTP/1.1|Host: b||", "a.org:80/"),
    ("GET http://a.org?q HTTP/1.1|Host: b||", "a.org:80/?q"),
    ("GET http://a.org:81/ HTTP/1.0||", "a.org:81/"),
    ("GET https://a.org/ HTTP/1.1|Host: a||", "a.org:443/"),
    ("CONNECT a.org:443 HTTP/1.1|Host: a||", "a.org:443"),
    ("CONNECT [::1]:443 HTTP/1.1|Host: a||", "[::1]:443"),
    ("CONNECT a.org HTTP/1.1|Host: a||", nil), ("CONNECT http://a.org/ HTTP/1.1|Host: a||", nil),
    ("GET / HTTP/1.1|Host: a||", nil), ("OPTIONS * HTTP/1.1|Host: a||", nil),
    ("GET a.org:80 HTTP/1.1|Host: a||", nil), ("GET ftp://a.org/ HTTP/1.1|Host: a||", nil),
    ("GET http://u@a.org/ HTTP/1.1|Host: a||", nil), ("GET http:///b HTTP/1.1|Host: a||", nil),
    ("GET http://a.org/#f HTTP/1.1|Host: a||", nil),
    ("GET http://a.org\\@b/ HTTP/1.1|Host: a||", nil),
    ("GET http://0x7f.1/ HTTP/1.1|Host: a||", nil), ("GET http://a.org:x/ HTTP/1.1|Host: a||", nil),
    ("GET  http://a.org/ HTTP/1.1|Host: a||", nil), ("GET http://a.org/ HTTP/1.1 |Host: a||", nil),
    (" GET http://a.org/ HTTP/1.1|Host: a||", nil), ("GET http://a.org/ HTTP/2.0|Host: a||", nil),
    ("GET http://a.org/ http/1.1|Host: a||", nil), ("G(T http://a.org/ HTTP/1.1|Host: a||", nil),
    ("GET http://a.org/ HTTP/1.1||", nil), ("GET http://a.org/ HTTP/1.1|Host: a|Host: a||", nil),
    ("GET http://a.org/ HTTP/1.1|Host: a| folded||", nil),
    ("GET http://a.org/ HTTP/1.1|Host: a|B : c||", nil),
    ("GET http://a.org/ HTTP/1.1|Host: a|: c||", nil), ("GET http://a.org/ HTTP/1.1|Host||", nil),
    ("GET http://a.org/ HTTP/1.1|Host: a|B: c\rD: e||", nil),
    ("GET http://a.org/ HTTP/1.1|Host: a|B: c\nD: e||", nil),
    ("GET http://a.org/ HTTP/1.1|Host: a|B: c\0||", nil), ("|", nil), ("||", nil), ("", nil),
  ])
  func heads(text: String, leadsTo: String?) {
    let head = try? RequestHead(Array(text.replacing("|", with: "\r\n").utf8))
    let place: String? =
      switch head?.target {
      case .authority(let host, let port): "\(host):\(port)"
      case .resource(let host, let port, _, let path): "\(host):\(port)\(path)"
      case nil: nil
      }
    #expect(place == leadsTo)
  }

  /// Ways to say twice, or in riddles, how long a body is.
  @Test(arguments: [
    "Content-Length: 5|Transfer-Encoding: chunked", "Transfer-Encoding: chunked|Content-Length: 0",
    "Content-Length: 5|Content-Length: 5", "Content-Length: 5|Content-Length: 6",
    "Content-Length: 5, 5", "Content-Length: +5", "Content-Length: -5", "Content-Length: 0x5",
    "Content-Length: 5 5", "Content-Length:", "Content-Length: 9999999999999999999999",
    "Transfer-Encoding: identity", "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked",
    "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked|Transfer-Encoding: chunked",
    "Transfer-Encoding:", "Transfer-Encoding: \u{B}chunked",
  ])
  func framings(fields: String) {
    let text = "POST http://a.org/ HTTP/1.1|Host: a|\(fields)||".replacing("|", with: "\r\n")
    #expect(throws: Malformed.self) { try RequestHead(Array(text.utf8)).framing() }
  }

  @Test func theOlderVersionHasNoChunks() throws {
    let text = "POST http://a.org/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(throws: Malformed.self) { try RequestHead(Array(text.utf8)).framing() }
  }

  @Test func whatIsOfOneHopStays() throws {
    let text = """
      GET http://a.org/ HTTP/1.1|Host: b|Connection: close, X-Named|X-Named: 1|Keep-Alive: 2|TE: trailers|\
      Proxy-Authorization: p|Proxy-Connection: close|Upgrade: h2c|Trailer: t|Accept: */*|X-Kept: 3||
      """.replacing("|", with: "\r\n")
    let head = try RequestHead(Array(text.utf8))
    #expect(head.fields.forwarded.map(\.name) == ["Accept", "X-Kept"])
    #expect(!head.isPersistent)
  }

  /// Chunks, with `|` for the end of a line, and the body in them; nil where they are refused.
  static let chunks: [(String, String?)] = [
    ("5|hello|0||", "hello"), ("5|hello|6; a=b| world|00||", "hello world"),
    ("A|0123456789|0||", "0123456789"),
    ("0|Trailer: x||", ""), ("5|hello|0|Bad trailer||", nil), ("5|helloo|0||", nil),
    ("5 |hello|0||", nil),
    ("|hello|0||", nil), ("-5|hello|0||", nil), ("0x5|hello|0||", nil), ("G|hello|0||", nil),
    ("5\nhello|0||", nil), ("5\rx|hello|0||", nil), ("5|hello\n0||", nil),
    ("FFFFFFFFFFFFFFFFF|", nil),
    ("5;\0|hello|0||", nil), (String(repeating: "0", count: 400), nil),
  ]

  @Test(arguments: chunks.indices) func decodesChunks(index: Int) {
    let bytes = Array(Self.chunks[index].0.replacing("|", with: "\r\n").utf8)
    for seed in 0..<UInt64(50) {
      #expect(
        decode(bytes, .chunked, cutBy: seed).map { String(decoding: $0, as: UTF8.self) }
          == Self.chunks[index].1)
    }
  }

  @Test func cutsBodiesOfALength() {
    for seed in 0..<UInt64(50) {
      #expect(decode(Array("helloGET".utf8), .length(5), cutBy: seed) == Array("hello".utf8))
      #expect(decode(Array("GET".utf8), .none, cutBy: seed) == [])
    }
  }

  /// What a decoder makes of bytes that come in pieces; nil where it refuses, or wants more.
  private func decode(_ bytes: [UInt8], _ framing: Framing, cutBy seed: UInt64) -> [UInt8]? {
    var random = Random(seed: seed)
    var decoder = BodyDecoder(framing)
    var buffer = ByteBuffer()
    var rest = bytes[...]
    var body: [UInt8] = []
    while true {
      switch try? decoder.next(from: &buffer) {
      case .bytes(let piece): body += piece.readableBytesView
      case .end: return body
      case .unknownYet:
        if rest.isEmpty { return nil }
        let count = min(rest.count, 1 + random.index(below: 4))
        buffer.writeBytes(rest.prefix(count))
        rest = rest.dropFirst(count)
      case nil: return nil
      }
    }
  }

  @Test func headsEndAtTheirEmptyLine() throws {
    let whole = Array("GET x\r\nA: b\r\n\r\nrest".utf8)
    var buffer = ByteBuffer()
    var scanned = 0
    var length: Int?
    for byte in whole where length == nil {
      buffer.writeBytes([byte])
      length = try buffer.headLength(from: &scanned)
    }
    #expect(length == whole.count - 4)
    var bare = ByteBuffer(string: "GET x\n\n")
    scanned = 0
    #expect(throws: Malformed.self) { _ = try bare.headLength(from: &scanned) }
    bare.clear()
  }

  @Test func responsesAreReadStrictly() throws {
    func framing(_ text: String, after method: String = "GET") throws -> Framing {
      try ResponseHead(Array(text.replacing("|", with: "\r\n").utf8)).framing(after: method)
    }
    #expect(try framing("HTTP/1.1 200 OK|Content-Length: 3||") == .length(3))
    #expect(try framing("HTTP/1.1 200|Transfer-Encoding: chunked||") == .chunked)
    #expect(try framing("HTTP/1.0 200 OK||") == .untilClose)
    #expect(try framing("HTTP/1.1 200 OK|Content-Length: 3||", after: "HEAD") == .none)
    #expect(try framing("HTTP/1.1 304 Not|Content-Length: 3||") == .none)
    for bad in [
      "HTTP/1.1 200 OK|Content-Length: 3|Transfer-Encoding: chunked||", "HTTP/1.1 2000 OK||",
      "HTTP/2 200 OK||", "HTTP/1.1 200OK||", "HTTP/1.1 600 No||", "HTTP/1.1 200 OK|A: b| c||",
    ] {
      #expect(throws: Malformed.self) { try framing(bad) }
    }
  }
}
