// The proxy at work: real sockets on both sides, nothing beyond this machine.
import Egress
import Events
import Foundation
import Synchronization
import Testing

@Suite struct ProxyTests {
  @Test func passesOnWhatIsAllowed() async throws {
    let origin = try Origin.echo()
    let passages = try await withProxy(["localhost:\(origin.port)"]) { port in
      let answer = try await talk(
        port,
        get("http://localhost:\(origin.port)/a?b=c", host: "evil.org", "X-A: 1\r\nTE: trailers\r\n")
      )
      #expect(status(answer) == 200)
      #expect(
        answer.contains("GET /a?b=c HTTP/1.1\r\nHost: localhost:\(origin.port)\r\nX-A: 1\r\n"))
      #expect(!answer.contains("evil.org") && !answer.contains("TE:"))
    }
    let passage = try #require(passages.first)
    #expect(passages.count == 1 && passage.verdict == .allowed && passage.status == 200)
    #expect(passage.host == "localhost" && passage.port == origin.port && passage.method == "GET")
    #expect(passage.bytesOut == origin.asked[0].utf8.count && passage.bytesIn > passage.bytesOut)
  }

  /// What is asked for by which method, and the status; the rule is for GET and HEAD of a port.
  @Test(arguments: [
    ("GET", "http://localhost:PORT/", 200), ("HEAD", "http://localhost:PORT/", 200),
    ("POST", "http://localhost:PORT/", 403), ("DELETE", "http://127.0.0.1:PORT/", 403),
    ("GET", "http://localhost/", 403), ("GET", "http://other.localhost:PORT/", 403),
    ("CONNECT", "localhost:PORT", 403), ("CONNECT", "localhost:22", 403),
    ("GET", "http://127.0.0.1:PORT/", 403), ("GET", "http://[::1]:PORT/", 403),
    ("GET", "http://[::ffff:127.0.0.1]:PORT/", 403), ("GET", "http://0x7f.1:PORT/", 400),
    ("GET", "http://2130706433:PORT/", 400), ("GET", "http://0/", 400), ("GET", "/", 400),
  ])
  func decides(method: String, address: String, expected: Int) async throws {
    let origin = try Origin(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let passages = try await withProxy(["GET,HEAD localhost:\(origin.port)"]) { port in
      let target = address.replacing("PORT", with: "\(origin.port)")
      let answer = try await talk(port, "\(method) \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(status(answer) == expected)
      if expected != 200 { #expect(answer.contains("\"error\":\"refused\"")) }
    }
    #expect(origin.asked.count == (expected == 200 ? 1 : 0))
    #expect(passages.count == 1)
    if case .refused = passages.first?.verdict {
      #expect(expected != 200)
    } else {
      #expect(expected == 200)
    }
  }

  @Test func aNameIsLookedUpOnceAndItsAddressChecked() async throws {
    let origin = try Origin(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let count = Mutex(0)
    // First where the server is, afterwards where it is not: as a rebinding server answers.
    let network = Network { _ in
      let number = count.withLock {
        $0 += 1
        return $0
      }
      return [try #require(Address("127.0.0.\(number)"))]
    }
    try await withProxy(["a.localhost:\(origin.port)"], network: network) { port in
      let answer = try await talk(port, get("http://a.localhost:\(origin.port)/"))
      #expect(status(answer) == 200)
    }
    #expect(count.withLock(\.self) == 1)
  }

  @Test(arguments: [
    "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "0.0.0.0",
    "fd00:ec2::254",
    "64:ff9b::7f00:1",
  ])
  func namesOfOthersDoNotLeadInside(address: String) async throws {
    let origin = try Origin(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let network = Network { _ in [try #require(Address(address))] }
    let passages = try await withProxy(
      ["rebound.org", "*.rebound.org:\(origin.port)"], network: network
    ) { port in
      for target in ["http://rebound.org/", "http://a.rebound.org:\(origin.port)/"] {
        let answer = try await talk(port, get(target))
        #expect(status(answer) == 403 && answer.contains("address"))
      }
      let tunnel = try await talk(port, "CONNECT rebound.org:443 HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(status(tunnel) == 403)
    }
    #expect(origin.asked.isEmpty && passages.count == 3)
  }

  @Test func hostsThatAreNotThereAreSaid() async throws {
    let network = Network { name in
      if name == "gone.localhost" { throw POSIXError(.ENOENT) }
      return name == "none.localhost" ? [] : [try #require(Address("127.0.0.1"))]
    }
    // A port that nobody listens at: one that was just given back.
    let free = try Listener().port
    let rules = ["*.localhost:\(free)"]
    let passages = try await withProxy(rules, network: network) { port in
      for name in ["gone", "none", "deaf"] {
        let answer = try await talk(port, get("http://\(name).localhost:\(free)/"))
        #expect(status(answer) == 502 && answer.contains("\(name).localhost"))
      }
    }
    for passage in passages {
      guard case .failed = passage.verdict else {
        Issue.record("\(passage)")
        continue
      }
    }
  }

  @Test func aConnectionCarriesRequestAfterRequest() async throws {
    let origin = try Origin.echo()
    let passages = try await withProxy(["localhost:\(origin.port)"]) { port in
      let address = "http://localhost:\(origin.port)"
      let post =
        "POST \(address)/2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n"
      let answer = try await talk(port, get("\(address)/1") + post + get("\(address)/3"))
      #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
      #expect(answer.contains("5\r\nhello\r\n0\r\n\r\n") && !answer.contains("x=y"))
      // Who sees that nothing more comes hangs up.
      #expect(!answer.contains("Connection: close\r\nContent-Length"))
    }
    #expect(passages.map(\.method) == ["GET", "POST", "GET"])
    #expect(origin.asked.map { $0.prefix(7) } == ["GET /1 ", "POST /2", "GET /3 "])
  }

  @Test func theOlderVersionIsSpoken() async throws {
    let origin = try Origin(
      answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    try await withProxy(["localhost:\(origin.port)"]) { port in
      let answer = try await talk(port, "GET http://localhost:\(origin.port)/ HTTP/1.0\r\n\r\n")
      #expect(answer.hasSuffix("Connection: close\r\n\r\nabc"))
    }
  }

  /// What a host answers, and how that ends at the client; nil for a failure that is told as such.
  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\n\r\nto the end", "\r\n\r\na\r\nto the end\r\n0\r\n\r\n"),
    (
      "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
      "HTTP/1.1 204 No\r\nVia: 1.1 orrery\r\n\r\n"
    ),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: x\r\n\r\n",
      "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    ),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", nil),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", nil),
    ("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", nil), ("SSH-2.0-Open\r\n", nil), ("", nil),
    ("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n", nil), ("HTTP/1.1 200 OK\nA: b\n\n", nil),
  ])
  func responses(answer: String, end: String?) async throws {
    let origin = try Origin(answer: answer)
    let passages = try await withProxy(["localhost:\(origin.port)"]) { port in
      let told = try await talk(port, get("http://localhost:\(origin.port)/"))
      if let end { #expect(told.hasSuffix(end)) } else { #expect(status(told) == 502) }
    }
    if case .failed = passages.first?.verdict { #expect(end == nil) } else { #expect(end != nil) }
  }

  @Test func aBodyThatIsCutIsCutForTheClientToo() async throws {
    let origin = try Origin { line, _ in
      line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    }
    let passages = try await withProxy(["localhost:\(origin.port)"]) { port in
      let told = try await talk(port, get("http://localhost:\(origin.port)/"))
      #expect(told.hasSuffix("3\r\nabc\r\n"))
    }
    guard case .failed = passages.first?.verdict else {
      Issue.record("\(passages)")
      return
    }
  }

  @Test func theOldMethodWithContinueIsUnderstood() async throws {
    let origin = try Origin.echo()
    try await withProxy(["localhost:\(origin.port)"]) { port in
      try await aside {
        let line = try Line(port: port)
        defer { line.hangUp() }
        line.send(
          "PUT http://localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        )
        #expect(line.until("\r\n\r\n") == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        line.send("body")
        line.finish()
        let answer = String(decoding: line.rest(), as: UTF8.self)
        #expect(answer.hasSuffix("\r\n\r\nbody") && !answer.lowercased().contains("expect"))
      }
    }
  }
}
