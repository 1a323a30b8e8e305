// A file being written: the thin layer over the system calls that reports why they failed.
import Foundation

/// A file open for writing. It ends once: by `close`, or when it goes out of scope.
public struct OutputFile: ~Copyable {
  /// Where it is.
  public let path: String
  private let descriptor: Int32

  /// Creates the file at `path`, or empties the one that is there.
  public init(creating path: String) throws(FileError) {
    descriptor = try Self.descriptor(path, keeping: 0)
    self.path = path
  }

  /// Opens the file at `path` to write after its first `length` bytes; the rest is cut off. Where
  /// there is no file, one is created.
  public init(appending path: String, after length: Int) throws(FileError) {
    descriptor = try Self.descriptor(path, keeping: length)
    self.path = path
  }

  private static func descriptor(_ path: String, keeping length: Int) throws(FileError) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
    guard ftruncate(descriptor, off_t(length)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      let reason = systemReason()
      close(descriptor)
      throw .unwritable(path: path, reason: reason)
    }
    return descriptor
  }

  deinit { close(descriptor) }

  /// Writes all of `bytes` at the end.
  public mutating func write(_ bytes: [UInt8]) throws(FileError) {
    try Files.write(bytes, to: descriptor, named: path)
  }

  /// Waits until what was written is on the disk.
  public func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw .unwritable(path: path, reason: systemReason()) }
  }
}

/// Why the last system call failed, in lower case and without a full stop.
func systemReason() -> String {
  let reason = String(cString: strerror(errno))
  return reason.prefix(1).lowercased() + reason.dropFirst()
}
