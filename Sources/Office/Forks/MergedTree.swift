// Reading a world through the layers of a fork, without mounting anything.
import CSandbox
public import Events

/// A world as a fork has it, to read from. Nothing outside of the world can be reached by it, whatever
/// symbolic links say: they are followed name by name within the world.
public struct MergedTree: Sendable {
  let stack: Stack
  let base: String
  let contents: Contents

  /// Something in a world, without looking into it.
  public struct Item: Sendable, Hashable {
    /// Where.
    public var path: Path
    /// What it is; nil for sockets, pipes and devices.
    public var kind: Node.Kind?
    /// Permission bits.
    public var mode: UInt16
    /// Bytes of a file or of a link's target.
    public var size: Int
    /// Nanoseconds since 1970 at which its contents changed last.
    public var modified: Int64

    init(_ path: Path, _ status: Status) {
      self.path = path
      kind = try? status.kind.get()
      mode = status.permissions
      size = kind == .directory ? 0 : Int(status.size)
      modified = status.modified
    }
  }

  /// What stands at a path, a symbolic link itself; nil for nothing.
  public func item(at path: Path) throws(ForkError) -> Item? {
    if path.isRoot { return try stack.roots[0].status().map { Item(path, $0) } }
    return try stack.find(path).map { Item(path, $0.entry.status) }
  }

  /// The same with the hash of its contents.
  public func node(at path: Path) throws(ForkError) -> Node? {
    guard let (directory, entry) = try stack.find(path),
      let handle = directory.handle(of: entry.layer)
    else { return nil }
    return try contents.node(
      Array(path.name), entry.status, in: handle, at: path, inLayer: entry.layer != stack.base)
  }

  /// What is in a directory, by name.
  public func list(_ path: Path) throws(ForkError) -> [Item] {
    guard let directory = try stack.directory(path) else {
      throw .refused(path, why: "is no directory")
    }
    var items: [Item] = []
    for name in try directory.names() {
      guard let entry = try directory.entry(name) else { continue }
      items.append(Item(path.appending(name), entry.status))
    }
    return items
  }

  /// Bytes of a file, from an offset on; symbolic links have been resolved before.
  public func read(_ path: Path, from offset: Int = 0, count: Int = .max)
    throws(ForkError) -> [UInt8]
  {
    guard let (directory, entry) = try stack.find(path),
      let handle = directory.handle(of: entry.layer)
    else { throw .refused(path, why: "does not exist") }
    guard entry.status.isFile else { throw .refused(path, why: "is no file") }
    let file = try handle.open(Array(path.name), ORRERY_READ)
    var out: [UInt8] = []
    let wanted = max(0, min(count, Int(entry.status.size) - offset))
    var buffer = [UInt8](repeating: 0, count: min(max(wanted, 1), 256 << 10))
    while out.count < wanted {
      let piece = min(buffer.count, wanted - out.count)
      let got = orrery_read(file.descriptor, &buffer, piece, Int64(offset + out.count))
      try file.check(Int(got), "read", [])
      if got == 0 { break }
      out.append(contentsOf: buffer[..<Int(got)])
    }
    return out
  }

  /// The target of a symbolic link.
  public func target(_ path: Path) throws(ForkError) -> [UInt8] {
    guard let (directory, entry) = try stack.find(path), entry.status.isLink,
      let handle = directory.handle(of: entry.layer)
    else { throw .refused(path, why: "is no symbolic link") }
    return try handle.target(Array(path.name))
  }

  /// Goes through everything below a directory, a directory before what is in it, without following
  /// links. `visit` says of each directory whether to go into it.
  public func walk(_ path: Path, _ visit: (Item) throws(ForkError) -> Bool) throws(ForkError) {
    var pending = [path]
    while let next = pending.popLast() {
      var inner: [Path] = []
      for item in try list(next) where try visit(item) && item.kind == .directory {
        inner.append(item.path)
      }
      pending.append(contentsOf: inner.reversed())
    }
  }
}
