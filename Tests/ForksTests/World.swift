// Worlds for tests: a directory that goes away, what can be done in it, and a picture of all of it.
import Basics
import CSandbox
import Events
import Forks
import Foundation

/// A directory with a world in it and a place for forks beside it, removed at the end.
final class World: Sendable {
  let place: String
  let store: ForkStore

  init() throws {
    let name = "orrery-forks-\(UUID().uuidString)"
    let made = NSTemporaryDirectory() + name
    try FileManager.default.createDirectory(
      atPath: made + "/world", withIntermediateDirectories: true)
    place = String(cString: try unwrap(realpath(made, nil), "realpath"))
    store = ForkStore(state: place + "/state")
  }

  deinit {
    let remove = Process()
    remove.executableURL = URL(fileURLWithPath: "/bin/sh")
    remove.arguments = ["-c", "chmod -R u+rwX \"$0\"; rm -rf \"$0\"", place]
    try? remove.run()
    remove.waitUntilExit()
  }

  var base: String { place + "/world" }

  var files: Files { Files(root: base) }

  func run(_ number: UInt64 = 1) -> RunID { RunID(bits: number) }

  func begin(_ number: UInt64 = 1) throws -> Fork { try store.begin(run(number), of: base) }
}

/// What a test does to files below a directory. Names are bytes.
struct Files {
  var root: String

  func path(_ name: [UInt8]) -> [CChar] {
    (Array(root.utf8) + (name.isEmpty ? [] : [0x2F]) + name + [0]).map { CChar(bitPattern: $0) }
  }

  func path(_ name: String) -> [CChar] { path(Array(name.utf8)) }

  func write(_ name: String, _ text: String) throws {
    try write(Array(name.utf8), Array(text.utf8))
  }

  func write(_ name: [UInt8], _ bytes: [UInt8], flags: Int32 = O_CREAT | O_TRUNC, at: Int = 0)
    throws
  {
    let file = open(path(name), O_WRONLY | O_NOFOLLOW | flags, 0o644)
    try check(file, "open \(String(decoding: name, as: UTF8.self))")
    defer { close(file) }
    if !bytes.isEmpty { try check(Int32(pwrite(file, bytes, bytes.count, at)), "write") }
  }

  func append(_ name: String, _ text: String) throws {
    let file = open(path(name), O_WRONLY | O_APPEND)
    try check(file, "open \(name)")
    defer { close(file) }
    try check(Int32(Foundation.write(file, text, text.utf8.count)), "write")
  }

  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: root + "/" + name)), as: UTF8.self)
  }

  func makeDirectory(_ name: String) throws { try check(mkdir(path(name), 0o755), "mkdir \(name)") }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: root + "/" + name)
  }

  func rename(_ name: String, _ new: String) throws {
    try check(Foundation.rename(path(name), path(new)), "rename \(name)")
  }

  func link(_ name: String, _ new: String) throws {
    try check(Foundation.link(path(name), path(new)), "link \(name)")
  }

  func symlink(_ name: String, to target: String) throws {
    try check(Foundation.symlink(target, path(name)), "symlink \(name)")
  }

  func setMode(_ name: String, _ mode: mode_t) throws {
    try check(chmod(path(name), mode), "chmod")
  }

  func setAttribute(_ name: String, _ key: String, _ value: String) throws {
    try setAttribute(Array(name.utf8), key, Array(value.utf8))
  }

  func setAttribute(_ name: [UInt8], _ key: String, _ value: [UInt8]) throws {
    let code = orrery_set_attribute(
      AT_FDCWD, bytes(name), Array(key.utf8) + [0], value, value.count)
    if code < 0 { throw Failure(what: "setxattr \(key)", code: -code) }
  }

  func removeAttribute(_ name: String, _ key: String) throws {
    try removeAttribute(Array(name.utf8), key)
  }

  func removeAttribute(_ name: [UInt8], _ key: String) throws {
    let code = orrery_remove_attribute(AT_FDCWD, bytes(name), Array(key.utf8) + [0])
    if code < 0 { throw Failure(what: "removexattr \(key)", code: -code) }
  }

  /// All extended attributes of a file.
  func attributes(_ name: [UInt8]) -> [String: [UInt8]] {
    var buffer = [UInt8](repeating: 0, count: 8_192)
    let count = orrery_attributes(AT_FDCWD, bytes(name), &buffer, buffer.count)
    var rest = buffer[..<max(0, Int(count))]
    var out: [String: [UInt8]] = [:]
    while rest.count >= 8 {
      let counts = rest.withUnsafeBytes {
        ($0.loadUnaligned(as: UInt32.self), $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      }
      rest = rest.dropFirst(8)
      let key = String(decoding: rest.prefix(Int(counts.0)), as: UTF8.self)
      rest = rest.dropFirst(Int(counts.0))
      out[key] = Array(rest.prefix(Int(counts.1)))
      rest = rest.dropFirst(Int(counts.1))
    }
    return out
  }

  private func bytes(_ name: [UInt8]) -> [UInt8] { path(name).map { UInt8(bitPattern: $0) } }

  /// The names in a directory, in order.
  func names(_ name: [UInt8]) -> [[UInt8]] {
    guard let directory = opendir(path(name)) else { return [] }
    defer { closedir(directory) }
    var names: [[UInt8]] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != [0x2E] && name != [0x2E, 0x2E] { names.append(name) }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// What a name stands for; nil for nothing.
  func kind(_ name: [UInt8]) -> mode_t? {
    var status = stat()
    return lstat(path(name), &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  func exists(_ name: String) -> Bool {
    var status = stat()
    return lstat(path(name), &status) == 0
  }

  func status(_ name: String) throws -> stat {
    var status = stat()
    try check(lstat(path(name), &status), "lstat \(name)")
    return status
  }

  func check(_ code: Int32, _ what: String) throws {
    if code < 0 { throw Failure(what: what, code: errno) }
  }
}

/// A call that failed.
struct Failure: Error, CustomStringConvertible {
  var what: String
  var code: Int32 = 0

  var description: String { "\(what): \(String(cString: strerror(code)))" }
}

func unwrap<Value>(_ value: Value?, _ what: String) throws -> Value {
  guard let value else { throw Failure(what: what, code: errno) }
  return value
}

func path(_ text: String) throws -> Path { try unwrap(Path(text), "'\(text)' is no path") }

/// Where others were in the way of some work; empty where it was done.
func conflicts(_ work: () throws -> Void) throws -> [Conflict] {
  do {
    try work()
    return []
  } catch let error as ForkError {
    guard case .conflict(let conflicts) = error else { throw error }
    return conflicts
  }
}
