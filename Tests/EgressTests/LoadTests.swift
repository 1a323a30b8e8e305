// The proxy under load: big bodies, slow and silent clients, many connections, limits, its end.
import Egress
import Events
import Foundation
import Synchronization
import Testing

@Suite struct LoadTests {
  static let size = 48 << 20

  @Test func bigBodiesPassBothWays() async throws {
    let origin = try Origin.echo()
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: Self.size)
    let passages = try await withProxy(["localhost:\(origin.port)"]) { port in
      let count = try await aside {
        let line = try Line(port: port)
        defer { line.hangUp() }
        Thread.detachNewThread {
          line.send(
            "POST http://localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n"
          )
          line.send(body)
          line.finish()
        }
        return line.rest().count
      }
      #expect(count > Self.size)
    }
    let passage = try #require(passages.first)
    #expect(
      passage.verdict == .allowed && passage.bytesOut > Self.size && passage.bytesIn > Self.size)
  }

  /// A client that does not read holds its host back: what is on the way is bounded by buffers, far
  /// below what the host wants to send.
  @Test func whoDoesNotReadHoldsTheHostBack() async throws {
    let sent = Mutex(0)
    let isOver = DispatchSemaphore(value: 0)
    let origin = try Origin { line, _ in
      defer { isOver.signal() }
      line.send("HTTP/1.1 200 OK\r\n\r\n")
      let piece = [UInt8](repeating: 0, count: 1 << 16)
      for _ in 0..<(1 << 14) {
        guard line.send(piece) else { return }
        sent.withLock { $0 += piece.count }
      }
    }
    var bounds = Bounds()
    bounds.idleSeconds = 0.5
    let passages = try await withProxy(["localhost:\(origin.port)"], bounds: bounds) { port in
      try await aside {
        let line = try Line(port: port)
        line.send(get("http://localhost:\(origin.port)/"))
        // The proxy gives up on a client that takes nothing, and the host hears of it.
        isOver.wait()
        line.hangUp()
      }
    }
    #expect(sent.withLock(\.self) < 64 << 20)
    #expect(passages.count == 1)
  }

  /// A host that answers before it has all of a request ends that request, and its answer arrives.
  @Test(arguments: [413, 502]) func anEarlyAnswerEndsTheRequest(expected: Int) async throws {
    let origin = try Origin { line, _ in
      if expected == 413 { line.send("HTTP/1.1 413 Too much\r\nContent-Length: 2\r\n\r\nno") }
      line.finish()
      _ = line.receive()
    }
    let passages = try await withProxy(["localhost:\(origin.port)"]) { port in
      let answer = try await aside {
        let line = try Line(port: port)
        defer { line.hangUp() }
        line.send("POST http://localhost:\(origin.port)/ HTTP/1.1\r\nHost: x\r\n")
        line.send("Content-Length: 1000000\r\n\r\nno more than this")
        return String(decoding: line.rest(), as: UTF8.self)
      }
      #expect(status(answer) == expected)
    }
    #expect(passages.count == 1 && passages.first?.status == expected)
  }

  @Test func slowHeadsAreCutOff() async throws {
    var bounds = Bounds()
    bounds.headSeconds = 0.2
    let passages = try await withProxy(["localhost:1"], bounds: bounds) { port in
      try await aside {
        let line = try Line(port: port)
        defer { line.hangUp() }
        line.send("GET http://loc")
        #expect(line.rest().isEmpty)
      }
    }
    #expect(passages.isEmpty)
  }

  @Test(arguments: [
    "GET http://a.org/\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a.org/ HTTP/1.1\r\nHost: a\r\nB: \(String(repeating: "b", count: 9_000))\r\n\r\n",
    String(repeating: "x", count: 1 << 20),
  ])
  func longHeadsAreRefused(text: String) async throws {
    var bounds = Bounds()
    bounds.headBytes = 8_192
    try await withProxy(["a.org"], bounds: bounds) { port in
      let answer = try await talk(port, text)
      #expect(status(answer) == 431)
    }
  }

  @Test func bytesAreLimited() async throws {
    let origin = try Origin(
      answer: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 100_000))
    var bounds = Bounds()
    bounds.bytes = 50_000
    let passages = try await withProxy(["localhost:\(origin.port)"], bounds: bounds) { port in
      let answer = try await talk(port, get("http://localhost:\(origin.port)/"))
      #expect(answer.utf8.count < 51_000 && !answer.hasSuffix("0\r\n\r\n"))
    }
    guard case .failed = passages.first?.verdict else {
      Issue.record("\(passages)")
      return
    }
  }

  /// More clients than connections: those beyond wait, and all are served.
  @Test func manyAreServedFewAtATime() async throws {
    let origin = try Origin(answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    var bounds = Bounds()
    bounds.connections = 3
    let passages = try await withProxy(["localhost:\(origin.port)"], bounds: bounds) { port in
      try await withThrowingTaskGroup(of: Int?.self) { group in
        for i in 0..<40 {
          group.addTask {
            status(try await talk(port, get("http://localhost:\(origin.port)/\(i)")))
          }
        }
        for try await status in group { #expect(status == 200) }
      }
    }
    #expect(passages.count == 40)
  }

  /// A stop sends idle clients away, and lets the request that is under way come to its end.
  @Test func stopsWhenThePresentRequestIsDone() async throws {
    let gate = DispatchSemaphore(value: 0)
    let begun = DispatchSemaphore(value: 0)
    let origin = try Origin { line, _ in
      begun.signal()
      gate.wait()
      line.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
    }
    let proxy = Proxy(try Gateway(AllowList(["localhost:\(origin.port)"]), report: { _ in }))
    let listener = try Listener()
    let port = listener.port
    let socket = listener.take()
    async let end: Void = proxy.run(on: socket)
    try await aside {
      let idle = try Line(port: port)
      let busy = try Line(port: port)
      busy.send(get("http://localhost:\(origin.port)/"))
      begun.wait()
      proxy.stop()
      #expect(idle.rest().isEmpty)
      gate.signal()
      #expect(String(decoding: busy.rest(), as: UTF8.self).hasSuffix("done"))
      idle.hangUp()
      busy.hangUp()
    }
    try await end
    #expect(throws: POSIXError.self) { try Line(port: port) }
  }

  /// A cancelled proxy ends at once, whatever its hosts do.
  @Test func cancellingEndsEverything() async throws {
    let begun = DispatchSemaphore(value: 0)
    let origin = try Origin { line, _ in
      begun.signal()
      _ = line.rest()
    }
    let proxy = Proxy(try Gateway(AllowList(["localhost:\(origin.port)"]), report: { _ in }))
    let listener = try Listener()
    let port = listener.port
    let socket = listener.take()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await proxy.run(on: socket) }
      let line = try await aside {
        let line = try Line(port: port)
        line.send(get("http://localhost:\(origin.port)/"))
        begun.wait()
        return line
      }
      group.cancelAll()
      _ = await group.nextResult()
      _ = try await aside { line.rest() }
      line.hangUp()
    }
  }
}
