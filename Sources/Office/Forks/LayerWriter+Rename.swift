// Renaming in a layer that is not mounted.
import CSandbox
public import Events

extension LayerWriter {
  /// Moves a file, a link or a directory with everything in it. A file or link may take the place of
  /// another. What the layer does not have itself is copied: a layer can not say where something
  /// below came from.
  public func rename(_ source: Path, to target: Path) throws(ForkError) {
    let name = try self.name(of: source)
    _ = try self.name(of: target)
    if target != source, target.isWithin(source) {
      throw .refused(target, why: "lies in what is to be moved")
    }
    guard let found = try stack.find(source)?.entry else {
      throw .refused(source, why: "does not exist")
    }
    if target == source { return }
    if let there = try stack.find(target)?.entry {
      if there.status.isDirectory { throw .refused(target, why: "is a directory") }
      if found.status.isDirectory { throw .refused(target, why: "is no directory") }
    }
    let parent = try openParent(of: source)
    let isOnlyHere = found.layer == 0 && (!found.status.isDirectory || found.parts == [0])
    if isOnlyHere {
      let upper = try upper(of: parent)
      let to = try openParent(of: target)
      if found.status.isDirectory { try upper.setOpaque(name) }
      try move(name, of: parent, to: Array(target.name), of: to)
    } else {
      try copyTree(source, to: target)
      try delete(source)
    }
  }

  /// Moves what only the layer has. Where something lies below the old name, a whiteout is left there
  /// in the same step.
  private func move(
    _ name: [UInt8], of parent: MergedDirectory, to newName: [UInt8], of target: MergedDirectory
  ) throws(ForkError) {
    let (from, to) = (try upper(of: parent), try upper(of: target))
    let below = MergedDirectory(parts: parent.parts.filter { $0.layer != 0 }, base: parent.base)
    try scratch.removeTree(Self.piece)
    let leavesWhiteout = try below.entry(name) != nil
    if leavesWhiteout {
      try scratch.makeWhiteout(Self.piece)
      try scratch.move(Self.piece, to: from, name, ORRERY_MOVE_EXCHANGE)
    } else {
      try from.move(name, to: scratch, Self.piece)
    }
    try put(newName, into: MergedDirectory(parts: [.init(layer: 0, handle: to)], base: target.base))
  }

  private func copyTree(_ source: Path, to target: Path) throws(ForkError) {
    guard let (parent, entry) = try stack.find(source),
      let handle = parent.handle(of: entry.layer)
    else { return }
    let name = Array(source.name)
    switch entry.status.kind {
    case .failure(let foreign): throw .unsupported(source, what: foreign.what)
    case .success(.link):
      if try stack.find(target) != nil { try delete(target) }
      try makeLink(target, to: try handle.target(name))
    case .success(.file):
      let directory = try openParent(of: target)
      try copy(entry, name, in: parent)
      try put(Array(target.name), into: directory)
    case .success(.directory):
      let attributes = try handle.directoryAttributes(name, inLayer: entry.layer != stack.base)
      try makeDirectory(target)
      for item in try tree.list(source) {
        try copyTree(item.path, to: target.appending(item.path.name))
      }
      let directory = try upper(of: openParent(of: target)).open(Array(target.name))
      try directory.setDirectoryAttributes([], attributes, inLayer: true)
    }
  }
}
