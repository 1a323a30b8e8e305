// What the tests of the proxy share: a proxy around a body, clients, programs.
import Basics
import Egress
import Events
import Foundation
import Synchronization

/// What a gateway reported.
final class Reports: Sendable {
  private let passages = Mutex<[Passage]>([])

  var all: [Passage] { passages.withLock(\.self) }

  func add(_ passage: Passage) { passages.withLock { $0.append(passage) } }
}

/// Runs a proxy while a body does something with its port, stops it, and gives what was reported.
@discardableResult
func withProxy(
  _ reach: [String], vault: Vault = Vault(), bounds: Bounds = Bounds(),
  network: Network = Network(), _ body: @escaping @Sendable (Int) async throws -> Void
) async throws -> [Passage] {
  let reports = Reports()
  let gateway = try Gateway(
    AllowList(reach), vault: vault, bounds: bounds, network: network, report: { reports.add($0) })
  let proxy = Proxy(gateway)
  let listener = try Listener()
  let port = listener.port
  let socket = listener.take()
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await proxy.run(on: socket) }
    do {
      try await body(port)
    } catch {
      group.cancelAll()
      throw error
    }
    proxy.stop()
    try await group.waitForAll()
  }
  return reports.all
}

/// Does something that blocks on a thread of its own.
func aside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}

/// Sends bytes to a port of this machine, and gives everything that comes back.
func talk(_ port: Int, _ text: String) async throws -> String {
  try await aside {
    let line = try Line(port: port)
    defer { line.hangUp() }
    line.send(text)
    line.finish()
    return String(decoding: line.rest(), as: UTF8.self)
  }
}

/// A GET of an address, written as clients write it to a proxy.
func get(_ address: String, host: String = "x", _ headers: String = "") -> String {
  "GET \(address) HTTP/1.1\r\nHost: \(host)\r\n\(headers)\r\n"
}

/// The status in the first line of an answer.
func status(_ answer: String) -> Int? {
  answer.hasPrefix("HTTP/1.") ? Int(answer.dropFirst(9).prefix(3)) : nil
}

/// A vault with one secret, and the placeholder for it.
func vault(_ name: String, _ value: String, for host: String, seed: UInt64 = 1) throws
  -> (vault: Vault, placeholder: String)
{
  var random = Random(seed: seed)
  let vault = try Vault([name: host], environment: [name: value], random: &random)
  return (vault, vault.placeholders[name] ?? "")
}

/// A program of this machine; nil where it has none of that name.
func program(_ name: String) -> String? {
  let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
  return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// Runs a program to its end: its status, and what it wrote.
func run(_ name: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
  try await aside {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program(name) ?? name)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
