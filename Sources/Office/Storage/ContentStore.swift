// Contents by their hash: what events are too small for.
//
// A content lies below the store's directory at `ab/cdef…`: the 64 hexadecimal digits of the SHA-256
// hash of its bytes, the first two as a directory. The empty content is everywhere and has no file. A
// file is written beside, as `new-…`, waited for, renamed, and its directory waited for: who finds one
// finds all of it, and an event that was written after it never refers to nothing. What is named
// `new-…` belongs to a writer, or is left from one that died; `collect` removes it.
//
// Who stores a content that is there already renews its time of change. That, and the renaming, happen
// under a shared lock of the store's directory, and `collect` works under an exclusive one: so a
// content can not be taken away between being found and being referred to.
public import Events
import Foundation

/// Files that are named by the hash of what is in them, each stored once.
public struct ContentStore: Sendable {
  /// The directory.
  public let directory: String

  /// The store in a directory, which is made where it is not there yet.
  public init(at directory: String) throws(ContentError) {
    self.directory = directory
    try Self.makeDirectory(directory)
  }

  /// Stores bytes, and returns their name when they are durable.
  @discardableResult
  public func put(_ bytes: [UInt8]) throws(ContentError) -> Digest {
    let digest = Digest(of: bytes)
    if try renew(digest, size: bytes.count) { return digest }
    var writer = try ContentWriter(in: self)
    try writer.write(bytes.span.bytes)
    return try writer.finish().digest
  }

  /// The bytes of a content, which are those that were stored.
  public func bytes(of digest: Digest) throws(ContentError) -> [UInt8] {
    var reader = try ContentReader(digest, in: self)
    var bytes: [UInt8] = []
    while let piece = try reader.next() { bytes += piece }
    return bytes
  }

  /// How many bytes a content has; nil where it is not there.
  public func size(of digest: Digest) throws(ContentError) -> Int? {
    if digest == Digest(of: []) { return 0 }
    let path = path(of: digest)
    var status = stat()
    if stat(path, &status) == 0 { return Int(status.st_size) }
    if errno == ENOENT { return nil }
    throw .unavailable(path: path, reason: systemReason())
  }

  /// Removes a content for good, where it is there. Events go on saying its name: that it was what it
  /// was can still be proven to whoever has it elsewhere.
  public func erase(_ digest: Digest) throws(ContentError) {
    let path = path(of: digest)
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .unavailable(path: path, reason: systemReason())
    }
  }

  /// Where a content is, if it is there.
  public func path(of digest: Digest) -> String {
    let name = digest.description
    return "\(directory)/\(name.prefix(2))/\(name.dropFirst(2))"
  }

  /// Whether a content is there; then it is as good as new. One that has lost bytes is not: it is
  /// written again.
  func renew(_ digest: Digest, size: Int) throws(ContentError) -> Bool {
    if size == 0 { return true }
    let path = path(of: digest)
    let isThere: Bool
    do {
      let lock = try Descriptor(locking: directory, LOCK_SH)
      defer { withExtendedLifetime(lock) {} }
      var status = stat()
      isThere =
        stat(path, &status) == 0 && Int(status.st_size) == size
        && utimensat(AT_FDCWD, path, nil, 0) == 0
    }
    // Whoever put it there may still wait for the disk.
    if isThere { try Descriptor.synchronize(directory: parent(of: path)) }
    return isThere
  }

  /// Makes a directory and those above it, and waits until it is on the disk.
  static func makeDirectory(_ path: String) throws(ContentError) {
    if mkdir(path, 0o755) != 0 {
      let above = parent(of: path)
      if errno == ENOENT, above != path {
        try makeDirectory(above)
        return try makeDirectory(path)
      }
      var status = stat()
      guard errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw .unavailable(path: path, reason: systemReason())
      }
    }
    // Also where somebody else has made it, who may still wait for the disk.
    try Descriptor.synchronize(directory: parent(of: path))
  }
}
