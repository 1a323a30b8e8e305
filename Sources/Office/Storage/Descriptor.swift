// An open file: the thin layer over the system calls that says why they failed.
import Foundation

/// An open file, which is closed where it goes out of scope.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Opens a file; nil where there is none.
  init?(opening path: String, _ flags: Int32) throws(ContentError) {
    number = open(path, flags | O_CLOEXEC, 0o644)
    if number < 0 {
      if errno == ENOENT { return nil }
      throw .unavailable(path: path, reason: systemReason())
    }
  }

  /// Locks a directory, for as long as this lives.
  init(locking path: String, _ kind: Int32) throws(ContentError) {
    number = open(path, O_RDONLY | O_CLOEXEC)
    if number < 0 { throw .unavailable(path: path, reason: systemReason()) }
    while flock(number, kind) != 0 {
      if errno != EINTR { throw .unavailable(path: path, reason: systemReason()) }
    }
  }

  deinit { close(number) }

  /// Reads what comes next; 0 at the end.
  func read(_ bytes: inout [UInt8], _ path: String) throws(ContentError) -> Int {
    while true {
      let count = bytes.withUnsafeMutableBytes {
        Foundation.read(number, $0.baseAddress, $0.count)
      }
      if count >= 0 { return count }
      if errno != EINTR { throw .unavailable(path: path, reason: systemReason()) }
    }
  }

  /// Writes all of these bytes.
  func write(_ bytes: RawSpan, _ path: String) throws(ContentError) {
    var written = 0
    while written < bytes.byteCount {
      let count = bytes.withUnsafeBytes {
        Foundation.write(number, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .unavailable(path: path, reason: systemReason()) }
      written += count
    }
  }

  /// Waits until what was written is on the disk.
  func synchronize(_ path: String) throws(ContentError) {
    guard fsync(number) == 0 else { throw .unavailable(path: path, reason: systemReason()) }
  }

  /// Waits until the entries of a directory are on the disk.
  static func synchronize(directory path: String) throws(ContentError) {
    guard let directory = try Descriptor(opening: path, O_RDONLY) else {
      throw .unavailable(path: path, reason: "the directory is gone")
    }
    try directory.synchronize(path)
  }
}

/// The directory that a file or a directory is in. (Foundation's `deletingLastPathComponent` traps on
/// Linux where the path is a single letter.)
func parent(of path: String) -> String {
  let above = path.split(separator: "/").dropLast().joined(separator: "/")
  if path.hasPrefix("/") { return "/" + above }
  return above.isEmpty ? "." : above
}
