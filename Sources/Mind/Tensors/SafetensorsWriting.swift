// Writing a safetensors file, whole or not at all, and the file under the reader.

import Foundation

extension SafetensorsFile {
  /// Writes columns in this order, so that other programs see the old file or the whole new one:
  /// into a temporary file beside it, flushed to the disk, then renamed.
  ///
  /// Names must differ and shapes must fit the values; otherwise it is a mistake of the caller.
  public static func write(
    _ columns: [NamedColumn], metadata: [String: String] = [:], to path: String
  ) throws(SafetensorsError) {
    let target = try TemporaryFile(path: path)
    try target.write(header(of: columns, metadata))
    for column in columns {
      switch column.column {
      case .f32(let values): try target.write(numbers: values.map { $0.bitPattern.littleEndian })
      case .f16(let values):
        try target.write(numbers: values.map { Float16($0).bitPattern.littleEndian })
      case .i64(let values): try target.write(numbers: values.map(\.littleEndian))
      case .u8(let values): try target.write(values)
      }
    }
    try target.commit()
  }

  private static func header(of columns: [NamedColumn], _ metadata: [String: String]) -> [UInt8] {
    var names: Set<String> = ["__metadata__"]
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(quoted($1))" }
      parts.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var at = 0
    for column in columns {
      precondition(names.insert(column.name).inserted, "two columns named '\(column.name)'")
      precondition(
        column.shape.reduce(1, *) == column.column.count,
        "\(column.column.count) values for the shape \(column.shape) of '\(column.name)'")
      let end = at + column.column.count * column.column.element.size
      parts.append(
        "\(quoted(column.name)):{\"dtype\":\"\(column.column.element.rawValue)\","
          + "\"shape\":[\(column.shape.map(String.init).joined(separator: ","))],"
          + "\"data_offsets\":[\(at),\(end)]}")
      at = end
    }
    var text = Array("{\(parts.joined(separator: ","))}".utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }
}

/// A file being written beside its place. It takes its place when it is committed, and is removed
/// otherwise.
private final class TemporaryFile {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  init(path: String) throws(SafetensorsError) {
    self.path = path
    temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw failure("can not be written", at: path) }
  }

  deinit {
    if !isCommitted, descriptor >= 0 {
      close(descriptor)
      unlink(temporary)
    }
  }

  func write<T: FixedWidthInteger>(numbers: [T]) throws(SafetensorsError) {
    let done = numbers.withUnsafeBytes(writeAll)
    if !done { throw failure("can not be written", at: path) }
  }

  func write(_ bytes: [UInt8]) throws(SafetensorsError) { try write(numbers: bytes) }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var left = bytes[...]
    while !left.isEmpty {
      let written = Foundation.write(
        descriptor, UnsafeRawBufferPointer(rebasing: left).baseAddress, left.count)
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { return false }
      left = left.dropFirst(written)
    }
    return true
  }

  func commit() throws(SafetensorsError) {
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
      throw failure("can not be written", at: path)
    }
    isCommitted = true
    close(descriptor)
    // The rename itself lasts only when the folder is flushed too.
    let folder = open(folder(of: path), O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
}

/// The folder that a file is in. (Foundation's `deletingLastPathComponent` traps on Linux for a
/// relative path of one letter.)
private func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

private func failure(_ what: String, at path: String) -> SafetensorsError {
  .unreadable(path: path, reason: "it \(what): \(String(cString: strerror(errno)))")
}

/// A file open for reading at any place.
final class OpenFile: Sendable {
  /// How many bytes it had when it was opened.
  let size: Int
  private let path: String
  private let descriptor: Int32

  init(path: String) throws(SafetensorsError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      size = 0
      throw failure("can not be opened", at: path)
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      size = 0
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    size = Int(information.st_size)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func read(offset: Int, count: Int) throws(SafetensorsError) -> [UInt8] {
    try read(offset: offset, count: count, as: UInt8.self)
  }

  /// `count` little-endian numbers from a place that was checked against the size.
  func read<T: FixedWidthInteger>(
    offset: Int, count: Int, as type: T.Type
  ) throws(SafetensorsError) -> [T] {
    var isWhole = false
    let result = [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      isWhole = fill(UnsafeMutableRawBufferPointer(buffer), from: offset)
      initialized = isWhole ? count : 0
    }
    if !isWhole { throw failure("was cut short while it was read", at: path) }
    return T.bitWidth == 8 ? result : result.map { T(littleEndian: $0) }
  }

  private func fill(_ bytes: UnsafeMutableRawBufferPointer, from offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let got = pread(
        descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
        off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      if got <= 0 { return false }
      done += got
    }
    return true
  }
}
