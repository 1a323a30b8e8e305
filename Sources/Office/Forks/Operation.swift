// The operations that a commit consists of, and how they are written.
import CSandbox
import Events

/// One change of the world that happens as a whole or not at all.
struct Operation: Hashable, Sendable {
  var path: Path
  var action: Action

  enum Action: Hashable, Sendable {
    /// From the layer to the world.
    case create(Piece)
    /// The other way round as well.
    case replace(old: Piece, new: Piece)
    /// From the world to the record of what it was.
    case remove(Piece)
    /// A second name of a file that stays where it is, instead of what is there.
    case link(to: Path, inode: UInt64, old: Piece?)
    /// The time of a file that is as it was.
    case touch(old: Int64, new: Int64)
    /// What a directory is besides what lies in it.
    case directory(old: DirectoryAttributes, new: DirectoryAttributes)
  }

  /// Something that is moved as a whole.
  struct Piece: Hashable, Sendable {
    var identity: Identity
    /// Of a directory size and time say nothing.
    var isDirectory: Bool

    init(_ status: Status) {
      identity = status.identity
      isDirectory = status.isDirectory
    }

    init(identity: Identity, isDirectory: Bool) {
      self.identity = identity
      self.isDirectory = isDirectory
    }

    /// Whether this is what stands there.
    func matches(_ status: Status?) -> Bool {
      guard let status, status.inode == identity.inode else { return false }
      return isDirectory ? status.isDirectory : status.identity == identity
    }
  }
}

extension Operation {
  func write(to out: inout RecordWriter) {
    func begin(_ kind: UInt64) {
      out.write(kind)
      out.write(path.bytes)
    }
    switch action {
    case .create(let new):
      begin(1)
      out.write(new)
    case .replace(let old, let new):
      begin(2)
      out.write(old)
      out.write(new)
    case .remove(let old):
      begin(3)
      out.write(old)
    case .link(let source, let inode, let old):
      begin(4)
      out.write(source.bytes)
      out.write(inode)
      out.write(UInt64(old == nil ? 0 : 1))
      if let old { out.write(old) }
    case .touch(let old, let new):
      begin(5)
      out.write(old)
      out.write(new)
    case .directory(let old, let new):
      begin(6)
      out.write(old)
      out.write(new)
    }
  }

  init?(from record: inout RecordReader) {
    guard let kind = record.number(), let bytes = record.string(), let path = Path(bytes: bytes)
    else { return nil }
    self.path = path
    switch kind {
    case 1:
      guard let new = record.piece() else { return nil }
      action = .create(new)
    case 2:
      guard let old = record.piece(), let new = record.piece() else { return nil }
      action = .replace(old: old, new: new)
    case 3:
      guard let old = record.piece() else { return nil }
      action = .remove(old)
    case 4:
      guard let bytes = record.string(), let source = Path(bytes: bytes),
        let inode = record.number(), let count = record.number()
      else { return nil }
      let old = count == 0 ? nil : record.piece()
      if count > 0 && old == nil { return nil }
      action = .link(to: source, inode: inode, old: old)
    case 5:
      guard let old = record.signed(), let new = record.signed() else { return nil }
      action = .touch(old: old, new: new)
    case 6:
      guard let old = record.attributes(), let new = record.attributes() else { return nil }
      action = .directory(old: old, new: new)
    default: return nil
    }
  }
}

extension RecordWriter {
  mutating func write(_ identity: Identity) {
    write(identity.inode)
    write(identity.size)
    write(identity.modified)
  }

  mutating func write(_ piece: Operation.Piece) {
    write(piece.identity)
    write(UInt64(piece.isDirectory ? 1 : 0))
  }

  mutating func write(_ value: DirectoryAttributes) {
    write(UInt64(value.mode))
    write(UInt64(value.user))
    write(UInt64(value.group))
    write(value.modified)
    write(UInt64(value.attributes.count))
    for attribute in value.attributes {
      write(attribute.key)
      write(attribute.value)
    }
  }
}

extension RecordReader {
  mutating func identity() -> Identity? {
    guard let inode = number(), let size = signed(), let modified = signed() else { return nil }
    return Identity(inode: inode, size: size, modified: modified)
  }

  mutating func piece() -> Operation.Piece? {
    guard let identity = identity(), let isDirectory = number() else { return nil }
    return Operation.Piece(identity: identity, isDirectory: isDirectory == 1)
  }

  mutating func attributes() -> DirectoryAttributes? {
    guard let mode = number(), let user = number(), let group = number(), let modified = signed(),
      let count = number()
    else { return nil }
    var attributes: [Attribute] = []
    for _ in 0..<count {
      guard let key = string(), let value = string() else { return nil }
      attributes.append(Attribute(key: key, value: value))
    }
    return DirectoryAttributes(
      mode: UInt32(truncatingIfNeeded: mode), user: UInt32(truncatingIfNeeded: user),
      group: UInt32(truncatingIfNeeded: group), modified: modified, attributes: attributes)
  }
}
