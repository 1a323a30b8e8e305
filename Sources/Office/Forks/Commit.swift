// Carrying out the operations of a commit, forwards and backwards, as often as it takes.
import CSandbox
import Events

/// What tests use to crash a commit between two changes of the file system.
package typealias Interruption = @Sendable () throws(ForkError) -> Void

/// Operations on the way to the world, or back. Each is looked at before it is done: what was done
/// already is not done again, and what others have put there stops it.
final class Commit {
  let world: Handle
  let layer: Handle
  let removed: Handle
  let operations: [Operation]
  let interrupt: Interruption
  private let cache: ParentCache

  init(
    _ operations: [Operation], root: Handle, world: Handle, layer: Handle,
    interrupt: @escaping Interruption
  ) throws(ForkError) {
    self.operations = operations
    self.world = world
    self.layer = layer
    self.interrupt = interrupt
    removed = try root.open(Array("undo".utf8))
    cache = ParentCache()
  }

  /// Makes the changes.
  func perform() throws(ForkError) {
    try openDirectories()
    for (number, operation) in operations.enumerated() { try perform(operation, number) }
    try sync()
  }

  /// Takes back what was done of them. Where the world was checked beforehand whatever is there goes
  /// back, and otherwise only what is exactly as it was put there.
  func revert(isChecked: Bool) throws(ForkError) {
    try openDirectories()
    for (number, operation) in operations.enumerated().reversed() where !operation.isDirectory {
      try revert(operation, number, isChecked)
    }
    for operation in operations {
      guard case .directory(let old, let new) = operation.action else { continue }
      if try world.find(operation.path.bytes) != nil { try set(old, operation.path) }
      try set(new, ofLayer: operation.path)
    }
    try sync()
  }

  // MARK: Forwards

  private func perform(_ operation: Operation, _ number: Int) throws(ForkError) {
    let path = operation.path
    let name = Array(path.name)
    switch operation.action {
    case .create(let new):
      let parent = try parents(path)
      let now = try parent.world.status(name)
      if new.matches(now) { return }
      if now != nil { throw conflict(path, .appeared) }
      try interrupt()
      try parent.layer().removeAllMarks(name)
      try moveNew(name, from: try parent.layer(), to: parent.world, name, path)
    case .replace(let old, let new):
      let parent = try parents(path)
      let now = try parent.world.status(name)
      if new.matches(now) { return }
      guard old.matches(now) else { throw conflict(path, now == nil ? .vanished : .changed) }
      try interrupt()
      try parent.layer().removeAllMarks(name)
      try exchange(name, try parent.layer(), name, parent.world, expecting: old, path)
    case .remove(let old):
      let parent = try parents(path)
      let now = try parent.world.status(name)
      let kept = Self.kept(number)
      if old.matches(try removed.status(kept)) {
        if now != nil { throw conflict(path, .appeared) }
        return
      }
      guard old.matches(now) else { throw conflict(path, now == nil ? .vanished : .changed) }
      try moveNew(name, from: parent.world, to: removed, kept, path)
      if !old.matches(try removed.status(kept)) {
        try moveNew(kept, from: removed, to: parent.world, name, path)
        throw conflict(path, .changed)
      }
    case .link(let source, let inode, let old): try link(path, name, source, inode, old, number)
    case .touch(let old, let new):
      let parent = try parents(path)
      guard let now = try parent.world.status(name), now.isFile || now.isLink, now.modified == old
      else { return }
      try interrupt()
      try parent.world.setModified(name, new)
    case .directory(_, let new): try set(new, path)
    }
  }

  private func link(
    _ path: Path, _ name: [UInt8], _ source: Path, _ inode: UInt64, _ old: Operation.Piece?,
    _ number: Int
  ) throws(ForkError) {
    let kept = Self.kept(number)
    let parent = try parents(path)
    let now = try parent.world.status(name)
    if now?.inode == inode { return }
    if let old {
      guard old.matches(now) else { throw conflict(path, now == nil ? .vanished : .changed) }
    } else if now != nil {
      throw conflict(path, .appeared)
    }
    if try removed.status(kept) == nil {
      guard let from = try world.find(source.parent?.bytes ?? []),
        try from.status(Array(source.name))?.inode == inode
      else { throw conflict(source, .changed) }
      try interrupt()
      try from.hardLink(Array(source.name), to: removed, kept)
    }
    if let old {
      try exchange(kept, removed, name, parent.world, expecting: old, path)
    } else {
      try moveNew(kept, from: removed, to: parent.world, name, path)
    }
  }

  // MARK: Backwards

  private func revert(_ operation: Operation, _ number: Int, _ isChecked: Bool)
    throws(ForkError)
  {
    let path = operation.path
    let name = Array(path.name)
    // Where others removed the directory there is nothing of ours in it, and what was taken out of it
    // stays with the fork.
    guard try world.find(path.parent?.bytes ?? []) != nil else { return }
    let parent = try parents(path)
    let now = try parent.world.status(name)
    let kept = Self.kept(number)
    switch operation.action {
    case .create(let new):
      let isThere = isChecked ? now != nil : new.matches(now)
      if isThere, try parent.layer().status(name) == nil {
        try moveNew(name, from: parent.world, to: try parent.layer(), name, path)
      }
    case .replace(let old, let new):
      guard old.matches(try parent.layer().status(name)) else { return }
      if now == nil {
        try moveNew(name, from: try parent.layer(), to: parent.world, name, path)
      } else if isChecked || new.matches(now) {
        try exchange(name, try parent.layer(), name, parent.world, expecting: nil, path)
      }
    case .remove(let old):
      if now == nil, old.matches(try removed.status(kept)) {
        try moveNew(kept, from: removed, to: parent.world, name, path)
      }
    case .link(_, let inode, let old):
      if now?.inode == inode {
        if old == nil {
          try moveNew(name, from: parent.world, to: removed, kept, path)
        } else if let old, old.matches(try removed.status(kept)) {
          try exchange(kept, removed, name, parent.world, expecting: nil, path)
        }
      }
      if try removed.status(kept)?.inode == inode {
        try interrupt()
        try removed.unlink(kept)
      }
    case .touch(let old, let new):
      if let now, now.modified == new {
        try interrupt()
        try parent.world.setModified(name, old)
      }
    case .directory: break
    }
  }

  // MARK: Primitives

  /// Moves to where nothing is. Somebody may have been faster than the look before.
  private func moveNew(
    _ name: [UInt8], from: Handle, to: Handle, _ newName: [UInt8], _ path: Path
  ) throws(ForkError) {
    try interrupt()
    do { try from.move(name, to: to, newName, ORRERY_MOVE_NEW) } catch {
      if error.isSystem(SystemCode.exists) { throw conflict(path, .appeared) }
      if error.isSystem(SystemCode.noEntry) { throw conflict(path, .vanished) }
      throw error
    }
  }

  /// Exchanges two names, and exchanges them back where what came out of the world is not what was
  /// expected there: somebody was faster.
  private func exchange(
    _ mine: [UInt8], _ from: Handle, _ name: [UInt8], _ world: Handle,
    expecting old: Operation.Piece?, _ path: Path
  ) throws(ForkError) {
    try interrupt()
    do { try from.move(mine, to: world, name, ORRERY_MOVE_EXCHANGE) } catch {
      if error.isSystem(SystemCode.noEntry) { throw conflict(path, .vanished) }
      throw error
    }
    if let old, !old.matches(try from.status(mine)) {
      try from.move(mine, to: world, name, ORRERY_MOVE_EXCHANGE)
      throw conflict(path, .changed)
    }
  }

  /// Lets the owner write in directories whose contents are about to change.
  private func openDirectories() throws(ForkError) {
    if orrery_user() == 0 { return }
    // Outer directories come last in the operations, and have to be opened first.
    for operation in operations.reversed() where operation.isDirectory {
      for root in [world, layer] {
        guard let place = try root.find(operation.path.bytes), let status = try place.status(),
          status.isDirectory, status.user == orrery_user(), status.mode & 0o700 != 0o700
        else { continue }
        try interrupt()
        try place.setMode([], status.mode | 0o700)
      }
    }
  }

  private func set(_ attributes: DirectoryAttributes, _ path: Path) throws(ForkError) {
    guard let directory = try world.find(path.bytes) else { throw conflict(path, .vanished) }
    if try directory.directoryAttributes([], inLayer: false, withMarks: true) == attributes {
      return
    }
    try interrupt()
    try directory.setDirectoryAttributes([], attributes, inLayer: false)
  }

  private func set(_ attributes: DirectoryAttributes, ofLayer path: Path) throws(ForkError) {
    guard let directory = try layer.find(path.bytes) else { return }
    try directory.setDirectoryAttributes([], attributes, inLayer: true)
  }

  private func conflict(_ path: Path, _ what: Conflict.What) -> ForkError {
    .conflict([Conflict(path: path, what: what)])
  }

  /// The name under which something that was removed is kept.
  private static func kept(_ number: Int) -> [UInt8] { Array("\(number)".utf8) }

  private func parents(_ path: Path) throws(ForkError) -> ParentCache.Parents {
    try cache.parents(of: path, world: world, layer: layer)
  }

  // MARK: Durability

  /// More directories than this are made durable by one call for the whole file system.
  private static let directoriesMax = 64

  private func sync() throws(ForkError) {
    let directories = operations.filter(\.isDirectory)
    if directories.count > Self.directoriesMax { return try world.syncAll() }
    try removed.sync()
    for operation in directories {
      for root in [world, layer] {
        do { try root.find(operation.path.bytes, ORRERY_READ)?.sync() } catch {
          guard error.isSystem(SystemCode.denied) else { throw error }
          return try world.syncAll()
        }
      }
    }
  }
}

extension Operation {
  var isDirectory: Bool { if case .directory = action { true } else { false } }
}

/// The directories of the operation before, which are mostly those of the next.
private final class ParentCache {
  private var path: Path?
  private var current: Parents?

  final class Parents {
    let world: Handle
    private let root: Handle
    private let path: Path
    private var opened: Handle?

    init(world: Handle, root: Handle, path: Path) {
      self.world = world
      self.root = root
      self.path = path
    }

    /// What the layer has of the directory; there is nothing of it where a whole new directory moved.
    func layer() throws(ForkError) -> Handle {
      if let opened { return opened }
      let handle = try root.open(path.bytes)
      opened = handle
      return handle
    }
  }

  func parents(of child: Path, world: Handle, layer: Handle) throws(ForkError) -> Parents {
    let parent = child.parent ?? .root
    if let current, path == parent { return current }
    guard let handle = try world.find(parent.bytes), try handle.status()?.isDirectory ?? false
    else { throw .conflict([Conflict(path: parent, what: .vanished)]) }
    let found = Parents(world: handle, root: layer, path: parent)
    path = parent
    current = found
    return found
  }
}
