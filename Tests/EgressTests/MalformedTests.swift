// Malformed requests, written and generated: each is refused or dropped, and none reaches a host.
import Basics
import Egress
import Events
import Foundation
import Testing

@Suite struct MalformedTests {
  /// Ways to hide a second request in the first, with `|` for the end of a line.
  @Test(arguments: [
    "Content-Length: 6|Transfer-Encoding: chunked||0||GET /hidden HTTP/1.1|Host: x||",
    "Transfer-Encoding: chunked|Content-Length: 6||0||GET /hidden HTTP/1.1|Host: x||",
    "Transfer-Encoding: xchunked||GET /hidden HTTP/1.1|Host: x||",
    "Transfer-Encoding : chunked||0||GET /hidden HTTP/1.1|Host: x||",
    "Transfer-Encoding:|  chunked||0||GET /hidden HTTP/1.1|Host: x||",
    "Content-Length: 0|Content-Length: 40||GET /hidden HTTP/1.1|Host: x||",
    "Content-Length: 0, 40||GET /hidden HTTP/1.1|Host: x||",
    "X: y\nContent-Length: 40||GET /hidden HTTP/1.1|Host: x||",
    "X: y\r\rGET /hidden HTTP/1.1||", "Transfer-Encoding: chunked||-1|GET /hidden HTTP/1.1||",
    "Transfer-Encoding: chunked||2\nab|0||GET /hidden HTTP/1.1|Host: x||",
    "Transfer-Encoding: chunked||3|ab|0||GET /hidden HTTP/1.1|Host: x||",
  ])
  func nothingIsSmuggled(rest: String) async throws {
    let origin = try Origin.echo()
    try await withProxy(["localhost:\(origin.port)"]) { port in
      let head = "POST http://localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\n"
      let answer = try await talk(port, head + rest.replacing("|", with: "\r\n"))
      #expect(status(answer).map { (400..<600).contains($0) } ?? answer.isEmpty)
    }
    #expect(origin.asked.allSatisfy { !$0.contains("hidden") })
  }

  /// Requests that are changed at random: the answer is an error, or an end, or the echo of one
  /// request that was harmless after all; and the proxy goes on.
  @Test func survivesGeneratedRequests() async throws {
    let origin = try Origin(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let seeds = 1_500
    let passages = try await withProxy(["localhost:\(origin.port)"]) { port in
      let seeded = [
        get("http://localhost:\(origin.port)/a"),
        "POST http://localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST http://localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "CONNECT localhost:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n",
      ].map { Array($0.utf8) }
      let answers = try await aside {
        try (0..<UInt64(seeds)).map { seed in
          let line = try Line(port: port)
          defer { line.hangUp() }
          line.send(mutated(seeded[Int(seed) % seeded.count], seed: seed))
          line.finish()
          return String(decoding: line.rest(), as: UTF8.self)
        }
      }
      for (seed, answer) in answers.enumerated() {
        let isProper = answer.isEmpty || status(answer).map { (200..<600).contains($0) } == true
        #expect(isProper, "seed \(seed): \(answer)")
      }
      let answer = try await talk(port, get("http://localhost:\(origin.port)/"))
      #expect(status(answer) == 200)
    }
    #expect(passages.count > seeds / 4)
    for head in origin.asked {
      #expect(head.isEmpty || head.contains("\r\nHost: localhost:\(origin.port)\r\n"))
    }
  }
}

/// Bytes with a few of them changed, doubled, dropped or replaced by what means something in HTTP.
private func mutated(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
  var random = Random(seed: seed)
  var bytes = bytes
  let pieces = [
    "\r\n", "\n", "\r", " ", ":", "\0", "\t", "%0d%0a", "Content-Length: 3\r\n", "é", "//", "@",
    "[::1]", ",",
  ]
  for _ in 0..<(1 + random.index(below: 4)) {
    let at = random.index(below: bytes.count)
    let piece = Array(pieces[random.index(below: pieces.count)].utf8)
    switch random.index(below: 5) {
    case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
    case 1: bytes.insert(contentsOf: piece, at: at)
    case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.index(below: 8)))
    case 3: bytes.insert(contentsOf: bytes[at...].prefix(16), at: at)
    default: bytes.replaceSubrange(at..<(at + 1), with: piece)
    }
    if bytes.isEmpty { return [0] }
  }
  return bytes
}
