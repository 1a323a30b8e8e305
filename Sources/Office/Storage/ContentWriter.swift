// A content on its way into the store.
public import Events
import Foundation

/// A content that comes in pieces. It is stored by `finish`, and otherwise never was.
public struct ContentWriter: ~Copyable {
  private let store: ContentStore
  private let file: Descriptor
  private let beside: String
  private var hash = Digest.Stream()
  private var size = 0

  /// Begins to write a content.
  public init(in store: ContentStore) throws(ContentError) {
    let beside = "\(store.directory)/new-\(UUID().uuidString)"
    guard let file = try Descriptor(opening: beside, O_WRONLY | O_CREAT | O_EXCL) else {
      throw .unavailable(path: store.directory, reason: "the directory is gone")
    }
    self.store = store
    self.beside = beside
    self.file = file
  }

  deinit { unlink(beside) }

  /// Takes the next bytes.
  public mutating func write(_ bytes: RawSpan) throws(ContentError) {
    bytes.withUnsafeBytes { hash.update($0) }
    try file.write(bytes, beside)
    size += bytes.byteCount
  }

  /// Puts it where its name says, and returns that and its size when it is durable.
  public consuming func finish() throws(ContentError) -> (digest: Digest, size: Int) {
    let digest = hash.finish()
    if try store.renew(digest, size: size) { return (digest, size) }
    try file.synchronize(beside)
    let path = store.path(of: digest)
    let folder = parent(of: path)
    try ContentStore.makeDirectory(folder)
    do {
      let lock = try Descriptor(locking: store.directory, LOCK_SH)
      defer { withExtendedLifetime(lock) {} }
      guard rename(beside, path) == 0 else {
        throw ContentError.unavailable(path: path, reason: systemReason())
      }
    }
    try Descriptor.synchronize(directory: folder)
    return (digest, size)
  }
}
