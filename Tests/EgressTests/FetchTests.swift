// Requests of our own: the same rules, the same secrets, the same reports.
import Egress
import Events
import Foundation
import Testing

@Suite struct FetchTests {
  private func fetch(
    _ request: Request, _ reach: [String], vault: Vault = Vault(), network: Network = Network()
  ) async throws -> (reply: Reply, passage: Passage) {
    let reports = Reports()
    let gateway = try Gateway(
      AllowList(reach), vault: vault, network: network, report: { reports.add($0) })
    let reply = await gateway.fetch(request)
    #expect(reports.all.count == 1)
    return (reply, reports.all[0])
  }

  @Test func fetches() async throws {
    let origin = try Origin.echo()
    let (vault, placeholder) = try vault("TOKEN", "s3cr3t-value", for: "a.localhost:\(origin.port)")
    let request = Request(
      "POST", "http://a.localhost:\(origin.port)/x#part",
      headers: [("X-Token", placeholder), ("Host", "y")],
      body: Array("hello \(placeholder)".utf8))
    let (reply, passage) = try await fetch(
      request, ["POST *.localhost:\(origin.port)"], vault: vault)
    guard case .response(let response) = reply else {
      Issue.record("\(reply)")
      return
    }
    let body = String(decoding: response.body, as: UTF8.self)
    #expect(
      response.status == 200
        && body.hasPrefix("POST /x HTTP/1.1\r\nHost: a.localhost:\(origin.port)\r\n"))
    #expect(body.hasSuffix("hello ************") && body.contains("X-Token: ************"))
    #expect(
      origin.asked[0].contains("X-Token: s3cr3t-value\r\n")
        && origin.asked[0].contains("Content-Length: 18\r\n"))
    #expect(passage.verdict == .allowed && passage.secrets == ["TOKEN"])
  }

  /// A request, and what refuses it; the rule is `GET a.localhost:8080`.
  @Test(arguments: [
    ("GET", "http://b.localhost:8080/", "No rule"),
    ("POST", "http://a.localhost:8080/", "not POST"),
    ("GET", "http://a.localhost/", "port 80"), ("GET", "http://a.org/", "No rule"),
    ("CONNECT", "a.localhost:8080", "no method"), ("GET", "file:///etc/passwd", "scheme"),
    ("GET", "gopher://a.localhost:8080/", "scheme"), ("GET", "http://a.localhost:8080/a b", "%XX"),
    ("GET", "http://me@a.localhost:8080/", "proper host"),
    ("G T", "http://a.localhost:8080/", "no method"),
  ])
  func refuses(method: String, address: String, reason: String) async throws {
    let (reply, passage) = try await fetch(Request(method, address), ["GET a.localhost:8080"])
    guard case .refused(let refusal) = reply else {
      Issue.record("\(reply)")
      return
    }
    #expect("\(refusal)".contains(reason))
    #expect(passage.verdict == .refused("\(refusal)"))
  }

  @Test func headersCannotSmuggle() async throws {
    for header in [("A\r\nB", "c"), ("A", "b\r\nC: d"), ("A:", "b"), ("", "b")] {
      let (reply, _) = try await fetch(
        Request("GET", "http://a.org/", headers: [header]), ["a.org"])
      guard case .refused(.malformed) = reply else {
        Issue.record("\(reply)")
        continue
      }
    }
  }

  @Test func longBodiesAreCutOff() async throws {
    let origin = try Origin(
      answer: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 5_000))
    var request = Request("GET", "http://localhost:\(origin.port)/")
    request.responseBytesMax = 1_000
    let (reply, _) = try await fetch(request, ["localhost:\(origin.port)"])
    guard case .response(let response) = reply else {
      Issue.record("\(reply)")
      return
    }
    #expect(response.body.count == 1_000 && response.isCutOff)
  }

  @Test(.enabled(if: SecureOrigin.isPossible)) func speaksTLS() async throws {
    let origin = try await SecureOrigin()
    let network = Network(authorities: .file(origin.certificate))
    for host in ["localhost", "127.0.0.1"] {
      let (reply, _) = try await fetch(
        Request("GET", "https://\(host):\(origin.port)/y"), ["GET \(host):\(origin.port)"],
        network: network)
      guard case .response(let response) = reply else {
        Issue.record("\(reply)")
        continue
      }
      #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("GET /y"))
    }
  }
}
