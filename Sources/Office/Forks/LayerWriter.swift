// Writing into a layer without mounting it: what tools do to files.
import CSandbox
public import Events

/// Changes a step's view of the world by writing into its layer what an overlay would write there.
/// Each change happens as a whole or not at all. Symbolic links in paths have been resolved before
/// (`MergedTree.resolve`): none is followed.
public struct LayerWriter: Sendable {
  /// What the changes are made to, with the layer on top.
  public let tree: MergedTree
  let scratch: Handle

  var stack: Stack { tree.stack }

  /// Makes a file have these bytes. A file that was there keeps its mode and attributes.
  public func write(_ bytes: [UInt8], to path: Path, mode: UInt16 = 0o644) throws(ForkError) {
    let name = try self.name(of: path)
    let parent = try openParent(of: path)
    let entry = try parent.entry(name)
    if let entry, !entry.status.isFile { throw .refused(path, why: "is no file") }
    let piece = Self.piece
    try scratch.removeTree(piece)
    let file = try scratch.open(piece, ORRERY_CREATE)
    try file.check(Int(orrery_write(file.descriptor, bytes, bytes.count)), "write", piece)
    if let entry { try copyAttributes(of: entry, name, in: parent) }
    try scratch.setMode(piece, UInt32(entry?.status.permissions ?? mode))
    try put(name, into: parent)
  }

  /// Makes an empty directory where nothing is.
  public func makeDirectory(_ path: Path, mode: UInt16 = 0o755) throws(ForkError) {
    let (parent, name) = try vacancy(path)
    try scratch.removeTree(Self.piece)
    try scratch.makeDirectory(Self.piece)
    // Whatever lies below under that name has been deleted, and shall not come back.
    try scratch.setOpaque(Self.piece)
    try scratch.setMode(Self.piece, UInt32(mode))
    try put(name, into: parent)
  }

  /// Makes a symbolic link where nothing is.
  public func makeLink(_ path: Path, to target: [UInt8]) throws(ForkError) {
    let (parent, name) = try vacancy(path)
    try scratch.removeTree(Self.piece)
    try scratch.makeLink(Self.piece, to: target)
    try put(name, into: parent)
  }

  /// Deletes a file, a link, or a directory with everything in it.
  public func delete(_ path: Path) throws(ForkError) {
    let name = try self.name(of: path)
    let parent = try openParent(of: path)
    guard try parent.entry(name) != nil else { throw .refused(path, why: "does not exist") }
    let upper = try self.upper(of: parent)
    let below = MergedDirectory(parts: parent.parts.filter { $0.layer != 0 }, base: parent.base)
    let isInUpper = try upper.status(name) != nil
    try scratch.removeTree(Self.piece)
    if try below.entry(name) != nil {
      try scratch.makeWhiteout(Self.piece)
      try scratch.move(
        Self.piece, to: upper, name, isInUpper ? ORRERY_MOVE_EXCHANGE : ORRERY_MOVE_NEW)
    } else {
      try upper.move(name, to: scratch, Self.piece)
    }
    try scratch.removeTree(Self.piece)
  }

  /// Gives a file or directory other permission bits.
  public func setMode(_ mode: UInt16, of path: Path) throws(ForkError) {
    let name = try self.name(of: path)
    let parent = try openParent(of: path)
    guard let entry = try parent.entry(name) else { throw .refused(path, why: "does not exist") }
    switch try? entry.status.kind.get() {
    case .directory: _ = try descend(into: name, entry, of: parent)
    case .file where entry.layer != 0:
      try copy(entry, name, in: parent)
      try put(name, into: parent)
    case .file: break
    default: throw .refused(path, why: "has no mode of its own")
    }
    try upper(of: parent).setMode(name, UInt32(mode))
  }

  // MARK: Parts

  /// The name under which something is prepared before it gets its own.
  static let piece = Array("piece".utf8)

  func name(of path: Path) throws(ForkError) -> [UInt8] {
    if path.isRoot { throw .refused(path, why: "is the world itself") }
    return Array(path.name)
  }

  func upper(of directory: MergedDirectory) throws(ForkError) -> Handle {
    guard let handle = directory.handle(of: 0) else { throw stack.roots[0].absent([]) }
    return handle
  }

  /// A directory that has nothing under the last name of a path.
  private func vacancy(_ path: Path) throws(ForkError) -> (MergedDirectory, [UInt8]) {
    let name = try self.name(of: path)
    let parent = try openParent(of: path)
    if try parent.entry(name) != nil { throw .refused(path, why: "exists") }
    return (parent, name)
  }

  /// The directory that a path lies in, with a part of it in the layer.
  func openParent(of path: Path) throws(ForkError) -> MergedDirectory {
    var directory = try stack.open(.root, parts: stack.all, easing: nil)
    var place = Path.root
    for name in path.parent?.names ?? [] {
      place = place.appending(name)
      guard let entry = try directory.entry(Array(name)) else {
        throw .refused(place, why: "does not exist")
      }
      guard entry.status.isDirectory else { throw .refused(place, why: "is no directory") }
      directory = try descend(into: Array(name), entry, of: directory)
    }
    return directory
  }

  /// Opens a directory, and makes the layer have a part of it.
  private func descend(into name: [UInt8], _ entry: MergedEntry, of parent: MergedDirectory)
    throws(ForkError) -> MergedDirectory
  {
    if entry.parts.contains(0) { return try parent.open(name, entry) }
    guard let source = parent.handle(of: entry.layer) else { throw stack.roots[0].absent(name) }
    let attributes = try source.directoryAttributes(name, inLayer: entry.layer != stack.base)
    try scratch.removeTree(Self.piece)
    try scratch.makeDirectory(Self.piece)
    try scratch.setOrigin(Self.piece)
    try scratch.setDirectoryAttributes(Self.piece, attributes, inLayer: true)
    try scratch.move(Self.piece, to: upper(of: parent), name, ORRERY_MOVE_NEW)
    var entry = entry
    entry.parts.insert(0, at: 0)
    return try parent.open(name, entry)
  }

  /// Puts what was prepared under its name; a whiteout or an old file goes.
  func put(_ name: [UInt8], into parent: MergedDirectory) throws(ForkError) {
    let upper = try upper(of: parent)
    if try upper.status(name) == nil {
      try scratch.move(Self.piece, to: upper, name, ORRERY_MOVE_NEW)
    } else {
      try scratch.move(Self.piece, to: upper, name, ORRERY_MOVE_EXCHANGE)
      try scratch.removeTree(Self.piece)
    }
  }

  /// Prepares a copy of a file, as an overlay copies one up.
  func copy(_ entry: MergedEntry, _ name: [UInt8], in parent: MergedDirectory) throws(ForkError) {
    guard let source = parent.handle(of: entry.layer) else { throw stack.roots[0].absent(name) }
    try scratch.removeTree(Self.piece)
    let from = try source.open(name, ORRERY_READ)
    let to = try scratch.open(Self.piece, ORRERY_CREATE)
    let code = withExtendedLifetime((from, to)) {
      orrery_copy(from.descriptor, to.descriptor, entry.status.size)
    }
    try to.check(Int(code), "copy", name)
    try copyAttributes(of: entry, name, in: parent)
    try scratch.setMode(Self.piece, entry.status.mode)
    try scratch.setModified(Self.piece, entry.status.modified)
  }

  private func copyAttributes(
    of entry: MergedEntry, _ name: [UInt8], in parent: MergedDirectory
  ) throws(ForkError) {
    guard let source = parent.handle(of: entry.layer) else { throw stack.roots[0].absent(name) }
    if orrery_user() == 0 {
      try scratch.setOwner(Self.piece, entry.status.user, entry.status.group)
    }
    let attributes = try source.attributes(name, inLayer: entry.layer != stack.base)
    try scratch.setAttributes(Self.piece, attributes, inLayer: true)
    if entry.layer == stack.base || source.hasOrigin(name) { try scratch.setOrigin(Self.piece) }
  }
}
