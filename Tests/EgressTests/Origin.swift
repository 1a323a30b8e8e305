// A server on this machine that answers as a test says, byte for byte.
import Egress
import Foundation
import Synchronization

/// A connection of plain sockets, for tests: it blocks, so it is used off the pool of tasks.
struct Line: Sendable {
  let socket: CInt

  /// Connects to a port of this machine.
  init(port: Int) throws {
    socket = Foundation.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    place.sin_port = UInt16(port).bigEndian
    let isConnected = withUnsafeMutablePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { throw POSIXError(.ECONNREFUSED) }
  }

  init(socket: CInt) { self.socket = socket }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends bytes; whether the other side took them.
  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Says that nothing more will be sent.
  func finish() { shutdown(socket, CInt(SHUT_WR)) }

  /// What comes next; empty at the end.
  func receive(_ count: Int = 65_536) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = recv(socket, &bytes, count, 0)
    return Array(bytes.prefix(max(0, read)))
  }

  /// Everything up to the end.
  func rest() -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = receive()
      if bytes.isEmpty { return all }
      all += bytes
    }
  }

  /// Everything up to a text, or the end.
  func until(_ mark: String) -> [UInt8] {
    var all: [UInt8] = []
    while !all.suffix(mark.utf8.count).elementsEqual(mark.utf8) {
      let byte = receive(1)
      if byte.isEmpty { break }
      all += byte
    }
    return all
  }

  func hangUp() { close(socket) }
}

/// A server: what it was asked, and for each connection what a closure does with it.
final class Origin: Sendable {
  let port: Int
  private let log = Log()
  private let socket: CInt

  private final class Log: Sendable {
    let heads = Mutex<[String]>([])
  }

  /// A server that does as `serve` says with each connection, after it has read a head.
  init(_ serve: @escaping @Sendable (Line, String) -> Void) throws {
    let listener = try Listener()
    port = listener.port
    socket = listener.take()
    Thread.detachNewThread { [socket, log] in
      while true {
        let client = accept(socket, nil, nil)
        if client < 0 { return }
        Thread.detachNewThread {
          let line = Line(socket: client)
          let head = String(decoding: line.until("\r\n\r\n"), as: UTF8.self)
          log.heads.withLock { $0.append(head) }
          serve(line, head)
          line.hangUp()
        }
      }
    }
  }

  /// A server that always answers the same.
  convenience init(answer: String) throws {
    try self.init { line, _ in
      line.send(answer)
      line.finish()
      _ = line.rest()
    }
  }

  /// A server that answers with the request: its head, and a body by its Content-Length.
  static func echo() throws -> Origin {
    try Origin { line, head in
      var body: [UInt8] = []
      if let length = header("content-length", of: head).flatMap(Int.init) {
        while body.count < length {
          let more = line.receive(min(65_536, length - body.count))
          if more.isEmpty { return }
          body += more
        }
      } else if header("transfer-encoding", of: head) != nil {
        body = line.until("\r\n0\r\n\r\n")
      }
      let echo = Array(head.utf8) + body
      line.send("HTTP/1.1 200 OK\r\nContent-Length: \(echo.count)\r\n\r\n")
      line.send(echo)
    }
  }

  /// The heads of the requests so far.
  var asked: [String] { log.heads.withLock(\.self) }

  deinit { shutdown(socket, CInt(SHUT_RDWR)) }
}

/// The value of a header in a head, its name in lower case.
func header(_ name: String, of head: String) -> String? {
  for line in head.components(separatedBy: "\r\n") {
    let parts = line.split(separator: ":", maxSplits: 1)
    if parts.count == 2, parts[0].lowercased() == name {
      return parts[1].trimmingCharacters(in: .whitespaces)
    }
  }
  return nil
}
