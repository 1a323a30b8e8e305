// TLS: tunnels for it, requests that are sent on by it, and the secrets that travel in those.
import Egress
import Events
import Foundation
import Testing

@Suite(.enabled(if: SecureOrigin.isPossible)) struct SecureTests {
  let value = "s3cr3t-value-of-mine"

  private func network(_ origin: SecureOrigin) -> Network {
    Network(authorities: .file(origin.certificate))
  }

  @Test(.enabled(if: program("curl") != nil)) func curlGoesThroughATunnel() async throws {
    let origin = try await SecureOrigin()
    let passages = try await withProxy(["a.localhost:\(origin.port)"]) { port in
      let common = ["-sS", "--proxy", "http://127.0.0.1:\(port)", "--cacert", origin.certificate]
      let good = try await run("curl", common + ["https://a.localhost:\(origin.port)/x"])
      #expect(good.status == 0 && good.output.contains("GET /x"))
      let other = try await run("curl", common + ["https://b.localhost:\(origin.port)/x"])
      #expect(other.status != 0 && other.output.contains("403"))
      // Outside it is said that the tunnel is for one host, inside another is asked for.
      let fronted = try await run(
        "curl",
        common + [
          "--connect-to", "b.localhost:\(origin.port):a.localhost:\(origin.port)",
          "https://b.localhost:\(origin.port)/x",
        ])
      #expect(fronted.status != 0 && !fronted.output.contains("GET /x"))
    }
    #expect(passages.map(\.method) == ["CONNECT", "CONNECT", "CONNECT"])
    // A tunnel is told of when it is over, which may be after the next one has begun.
    #expect(passages.contains { $0.verdict == .allowed && $0.bytesIn > 0 })
    let refusals = [
      "\(Refusal.host(.name("b.localhost")))",
      "\(Refusal.serverName("b.localhost", expected: .name("a.localhost")))",
    ]
    #expect(Set(passages.map(\.verdict)) == Set([.allowed] + refusals.map { .refused($0) }))
  }

  @Test func pythonGoesThroughATunnel() async throws {
    let origin = try await SecureOrigin()
    let script = """
      import ssl, sys, urllib.error, urllib.request
      proxy, certificate, *addresses = sys.argv[1:]
      opener = urllib.request.build_opener(
          urllib.request.ProxyHandler({"http": proxy, "https": proxy}),
          urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=certificate)))
      for address in addresses:
          try: print(opener.open(address, data=b"body").read().decode())
          except urllib.error.URLError as error: print("error:", error)
      """
    try await withProxy(["a.localhost:\(origin.port)"]) { port in
      let (_, output) = try await run(
        "python3",
        [
          "-c", script, "http://127.0.0.1:\(port)", origin.certificate,
          "https://a.localhost:\(origin.port)/x", "https://b.localhost:\(origin.port)/",
        ])
      #expect(output.contains("POST /x") && output.contains("body"))
      // The reason reaches people and models through the first line.
      #expect(output.contains("No rule allows to reach b.localhost"))
    }
  }

  /// What a client says in a tunnel for `a.localhost`, and the reason that ends it.
  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: a.localhost\r\n\r\n", "not TLS"), ("SSH-2.0-x\r\n", "not TLS"),
    ("", "not TLS"),
  ])
  func onlyTLSGoesThroughATunnel(first: String, reason: String) async throws {
    let origin = try Origin.echo()
    let passages = try await withProxy(["a.localhost:\(origin.port)"]) { port in
      let connect = "CONNECT a.localhost:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n"
      let answer = try await aside {
        let line = try Line(port: port)
        defer { line.hangUp() }
        line.send(connect + first)
        line.finish()
        return line.rest()
      }
      #expect(Array(answer.suffix(7)) == [21, 3, 1, 0, 2, 2, 112])
    }
    guard case .refused(let why) = passages.first?.verdict else {
      Issue.record("\(passages)")
      return
    }
    #expect(why.contains(reason) && passages.first?.bytesOut == 0)
  }

  /// A tunnel to an address carries TLS that names no host, and each end may finish before the other.
  @Test func eachEndOfATunnelMayFinishFirst() async throws {
    let origin = try Origin { line, greeted in
      _ = line.rest()
      line.send("after the end")
    }
    // The server reads a head before it serves; the greeting ends like one.
    let hello = greeting(for: nil) + Array("\r\n\r\n".utf8)
    let passages = try await withProxy(["127.0.0.1:\(origin.port)"]) { port in
      let answer = try await aside {
        let line = try Line(port: port)
        defer { line.hangUp() }
        line.send("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n")
        line.send(hello)
        line.finish()
        return String(decoding: line.rest(), as: UTF8.self)
      }
      #expect(answer.hasSuffix("\r\n\r\nafter the end"))
    }
    #expect(passages.first?.verdict == .allowed && passages.first?.bytesOut == hello.count)
  }

  @Test func requestsAreSentOnByTLSWithTheirSecrets() async throws {
    let origin = try await SecureOrigin()
    let (vault, placeholder) = try vault("TOKEN", value, for: "a.localhost")
    let address = "http://a.localhost:\(origin.port)/x"
    let basic = Data("me:\(placeholder)".utf8).base64EncodedString()
    let rules = ["https://a.localhost:\(origin.port)", "https://b.localhost:\(origin.port)"]
    let passages = try await withProxy(rules, vault: vault, network: network(origin)) { port in
      // What the server echoes has stars where the value was, which it must have had.
      let stars = String(repeating: "*", count: value.utf8.count)
      let bearer = try await talk(port, get(address, "Authorization: Bearer \(placeholder)\r\n"))
      #expect(
        bearer.contains("Authorization: Bearer \(stars)")
          && bearer.contains("X-Token: Bearer \(stars)"))
      let hidden = try await talk(port, get(address, "Authorization: basic \(basic)\r\n"))
      #expect(hidden.contains("Basic " + Data("me:\(value)".utf8).base64EncodedString()))
      let body = "{\"token\":\"\(placeholder)\"}"
      let post = try await talk(
        port,
        "POST \(address) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      #expect(post.contains("{\"token\":\"\(stars)\"}"))
      #expect(![bearer, post].contains { $0.contains(value) || $0.contains(placeholder) })

      // To another host, in the address, or with it hidden: refused.
      for wrong in [
        get("http://b.localhost:\(origin.port)/", "X: \(placeholder)\r\n"),
        get("http://b.localhost:\(origin.port)/", "Authorization: Basic \(basic)\r\n"),
        get("http://b.localhost:\(origin.port)/?\(placeholder)"), get("\(address)?\(placeholder)"),
        "POST http://b.localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n\(placeholder)",
      ] {
        let answer = try await talk(port, wrong)
        #expect(status(answer) == 403 && answer.contains("secret TOKEN"))
      }
    }
    #expect(passages.prefix(3).allSatisfy { $0.secrets == ["TOKEN"] && $0.verdict == .allowed })
    #expect(
      passages.count == 8
        && passages.dropFirst(3).allSatisfy { $0.secrets.isEmpty && $0.bytesOut == 0 })
    #expect(!"\(passages)".contains(value))
  }

  @Test func secretsDoNotTravelInTheOpen() async throws {
    let origin = try Origin.echo()
    let (unported, first) = try vault("TOKEN", value, for: "a.localhost")
    try await withProxy(["a.localhost:\(origin.port)"], vault: unported) { port in
      let answer = try await talk(
        port, get("http://a.localhost:\(origin.port)/", "X: \(first)\r\n"))
      #expect(status(answer) == 403 && answer.contains("only by TLS"))
    }
    #expect(origin.asked.isEmpty)
    let (ported, second) = try vault("TOKEN", value, for: "a.localhost:\(origin.port)")
    try await withProxy(["a.localhost:\(origin.port)"], vault: ported) { port in
      let answer = try await talk(
        port, get("http://a.localhost:\(origin.port)/", "X: \(second)\r\n"))
      #expect(status(answer) == 200 && !answer.contains(value))
    }
    #expect(origin.asked.count == 1 && origin.asked[0].contains("X: \(value)\r\n"))
  }

  /// A body too big to wait for is passed on as it comes, and stopped at a placeholder.
  @Test(arguments: [true, false]) func longBodiesAreSearched(isChunked: Bool) async throws {
    let origin = try Origin.echo()
    let (vault, placeholder) = try vault("TOKEN", value, for: "a.localhost:\(origin.port)")
    var bounds = Bounds()
    bounds.bodyBytes = 1_000
    let passages = try await withProxy(["*.localhost:\(origin.port)"], vault: vault, bounds: bounds)
    { port in
      let filler = String(repeating: "o", count: 200_000)
      for (text, expected) in [(filler, 200), (filler + placeholder, 403)] {
        for name in ["a", "b"] {
          let head = "POST http://\(name).localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\n"
          let size = text.utf8.count
          let answer = try await talk(
            port,
            isChunked
              ? head
                + "Transfer-Encoding: chunked\r\n\r\n\(String(size, radix: 16))\r\n\(text)\r\n0\r\n\r\n"
              : head + "Content-Length: \(size)\r\n\r\n\(text)")
          #expect(status(answer) == expected)
        }
      }
    }
    #expect(passages.count == 4)
  }

  @Test func whoCannotProveWhoTheyAreGetsNothing() async throws {
    let origin = try await SecureOrigin()
    let (vault, placeholder) = try vault("TOKEN", value, for: "c.localhost")
    let rules = ["https://*.localhost:\(origin.port)"]
    for (network, name) in [(Network(), "a"), (network(origin), "c")] {
      let passages = try await withProxy(rules, vault: vault, network: network) { port in
        let header = name == "c" ? "X: \(placeholder)\r\n" : ""
        let answer = try await talk(port, get("http://\(name).localhost:\(origin.port)/", header))
        #expect(status(answer) == 502 && !answer.contains(value))
      }
      guard case .failed(let why) = passages.first?.verdict else {
        Issue.record("\(passages)")
        continue
      }
      #expect(!why.contains(value))
    }
  }
}
