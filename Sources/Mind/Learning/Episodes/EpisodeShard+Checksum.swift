// The checksum at the end of a file of episodes.
import Foundation

extension EpisodeShard {
  /// Puts the checksum of everything before them into the last four bytes of the file.
  static func seal(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    let checksum = try checksum(of: descriptor, path: path)
    let bytes = withUnsafeBytes(of: checksum.found.littleEndian) { Array($0) }
    guard pwrite(descriptor, bytes, 4, off_t(checksum.length - 4)) == 4, fsync(descriptor) == 0
    else { throw .unwritable(path: path, reason: systemReason()) }
  }

  /// What the last four bytes of a file say, and what they ought to say.
  static func checksum(
    of path: String
  ) throws(FileError) -> (stored: UInt32, found: UInt32) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    let checksum = try checksum(of: descriptor, path: path)
    return (checksum.stored, checksum.found)
  }

  private static func checksum(
    of descriptor: Int32, path: String
  ) throws(FileError) -> (stored: UInt32, found: UInt32, length: Int) {
    let length = Int(lseek(descriptor, 0, SEEK_END))
    guard length >= 4, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .unreadable(path: path, reason: "it has fewer than four bytes")
    }
    var checksum = CRC32C()
    var left = length - 4
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while left > 0 {
      let count = read(descriptor, &buffer, min(left, buffer.count))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .unreadable(path: path, reason: systemReason()) }
      buffer.withUnsafeBytes { checksum.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      left -= count
    }
    var last: [UInt8] = [0, 0, 0, 0]
    guard read(descriptor, &last, 4) == 4 else {
      throw .unreadable(path: path, reason: systemReason())
    }
    let stored = last.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return (stored, checksum.value, length)
  }
}
