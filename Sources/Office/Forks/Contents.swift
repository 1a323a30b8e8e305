// What a file has in it, by its hash.
import CSandbox
import Events
import Synchronization

/// Reads nodes off a file system, and remembers the hashes of files that have not changed since.
final class Contents: Sendable {
  private let known = Mutex<[Key: Digest]>([:])

  private struct Key: Hashable {
    var device: UInt64
    var inode: UInt64
    var changed: Int64
    var size: Int64
  }

  /// A file that changed less than this long ago is read again: on file systems with coarse clocks
  /// its next change may have the same time.
  private static let coarseness: Int64 = 20_000_000

  /// What stands at a name. A world can not have everything: the path says where.
  func node(_ name: [UInt8], _ status: Status, in directory: Handle, at path: Path, inLayer: Bool)
    throws(ForkError) -> Node
  {
    let kind: Node.Kind
    switch status.kind {
    case .success(let value): kind = value
    case .failure(let foreign): throw .unsupported(path, what: foreign.what)
    }
    var node = Node(kind: kind, mode: status.permissions)
    switch kind {
    case .link:
      let target = try directory.target(name)
      node.size = target.count
      node.content = Digest(of: target)
      node.target = String(decoding: target, as: UTF8.self)
      return node
    case .file:
      node.size = Int(status.size)
      node.content = try content(name, status, in: directory, inLayer: inLayer)
    case .directory: break
    }
    node.attributes = Self.digest(of: try attributes(name, status, in: directory, inLayer: inLayer))
    return node
  }

  private func attributes(_ name: [UInt8], _ status: Status, in directory: Handle, inLayer: Bool)
    throws(ForkError) -> [Attribute]
  {
    do { return try directory.attributes(name, inLayer: inLayer) } catch {
      guard error.isSystem(SystemCode.denied) else { throw error }
      guard inLayer else { return [] }
      // Its owner made it unreadable: he may look at it nevertheless.
      try directory.setMode(name, status.mode | 0o400)
      defer { try? directory.setMode(name, status.mode) }
      return try directory.attributes(name, inLayer: inLayer)
    }
  }

  /// The hash of a file's bytes; nil where a file of the world may not be read.
  private func content(_ name: [UInt8], _ status: Status, in directory: Handle, inLayer: Bool)
    throws(ForkError) -> Digest?
  {
    let key = Key(
      device: status.device, inode: status.inode, changed: status.changed, size: status.size)
    if let digest = known.withLock({ $0[key] }) { return digest }
    let file: Handle
    do { file = try directory.open(name, ORRERY_READ) } catch {
      guard error.isSystem(SystemCode.denied) else { throw error }
      guard inLayer else { return nil }
      try directory.setMode(name, status.mode | 0o400)
      defer { try? directory.setMode(name, status.mode) }
      file = try directory.open(name, ORRERY_READ)
    }
    let digest = try file.digest(size: Int(status.size))
    if orrery_now() - status.changed > Self.coarseness { known.withLock { $0[key] = digest } }
    return digest
  }

  /// The hash of extended attributes: of each its name, its value and how long they are.
  static func digest(of attributes: [Attribute], owner: (UInt32, UInt32)? = nil) -> Digest? {
    if attributes.isEmpty && owner == nil { return nil }
    var bytes = RecordWriter()
    for attribute in attributes {
      bytes.write(attribute.key)
      bytes.write(attribute.value)
    }
    if let owner {
      bytes.write(Array("owner".utf8))
      bytes.write(UInt64(owner.0) << 32 | UInt64(owner.1))
    }
    return Digest(of: bytes.bytes)
  }
}

extension Handle {
  /// The hash of this file's bytes.
  func digest(size: Int) throws(ForkError) -> Digest {
    var stream = Digest.Stream()
    var buffer = [UInt8](repeating: 0, count: Swift.min(Swift.max(size, 1), 256 << 10))
    var offset: Int64 = 0
    while true {
      let got = orrery_read(descriptor, &buffer, buffer.count, offset)
      try check(Int(got), "read", [])
      if got == 0 { return stream.finish() }
      buffer.withUnsafeBytes { stream.update(UnsafeRawBufferPointer(rebasing: $0[..<Int(got)])) }
      offset += got
    }
  }
}
