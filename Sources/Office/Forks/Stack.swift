// Layers over a world, seen as one tree: which of them a name comes from.
import CSandbox
import Events

/// Directories of which each hides what it has from those after it: the topmost layer first, the
/// world itself last. This is how an overlay mount sees them.
struct Stack: Sendable {
  /// The layers, topmost first, and the world.
  var roots: [Handle]

  /// The index of the world.
  var base: Int { roots.count - 1 }

  /// All layers, as parts of the root.
  var all: [Int] { Array(roots.indices) }

  /// A directory of the tree: of the layers that have a part of it, those from which it comes.
  func open(_ path: Path, parts: [Int], easing: Easing?) throws(ForkError) -> MergedDirectory {
    var opened: [MergedDirectory.Part] = []
    for layer in parts {
      if layer != base { try easing?.ease(roots[layer], path.bytes) }
      opened.append(.init(layer: layer, handle: try roots[layer].open(path.bytes)))
    }
    return MergedDirectory(parts: opened, base: base)
  }

  /// A directory of the tree by its path, or nil where there is none; no link is followed.
  func directory(_ path: Path) throws(ForkError) -> MergedDirectory? {
    var directory = try open(.root, parts: all, easing: nil)
    for name in path.names {
      let name = Array(name)
      guard let entry = try directory.entry(name), entry.status.isDirectory else { return nil }
      directory = try directory.open(name, entry)
    }
    return directory
  }

  /// What stands at a path, with the directory it lies in; nil for nothing. The root lies nowhere.
  func find(_ path: Path) throws(ForkError) -> (directory: MergedDirectory, entry: MergedEntry)? {
    guard let parent = path.parent, let directory = try directory(parent),
      let entry = try directory.entry(Array(path.name))
    else { return nil }
    return (directory, entry)
  }

  /// The stack without its upper layers.
  func dropping(_ count: Int) -> Stack { Stack(roots: Array(roots.dropFirst(count))) }
}

/// A name in a merged directory.
struct MergedEntry {
  var status: Status
  /// The layer it comes from; of a directory the topmost.
  var layer: Int
  /// The layers that have a part of a directory, topmost first; empty for anything else.
  var parts: [Int]
}

/// A directory as seen through layers: its parts are open.
struct MergedDirectory {
  var parts: [Part]
  var base: Int

  /// What one layer has of it.
  struct Part {
    var layer: Int
    var handle: Handle
  }

  /// What a name stands for; nil for nothing. A layer's file, link or whiteout ends the search, and
  /// so does a directory that is opaque.
  func entry(_ name: [UInt8]) throws(ForkError) -> MergedEntry? {
    var found: MergedEntry?
    for part in parts {
      guard let status = try part.handle.status(name) else { continue }
      if status.isWhiteout { break }
      if !status.isDirectory {
        if found == nil { found = MergedEntry(status: status, layer: part.layer, parts: []) }
        break
      }
      if found == nil { found = MergedEntry(status: status, layer: part.layer, parts: []) }
      found?.parts.append(part.layer)
      if part.layer != base && part.handle.isOpaque(name) { break }
    }
    return found
  }

  /// The directory that an entry is.
  func open(_ name: [UInt8], _ entry: MergedEntry) throws(ForkError) -> MergedDirectory {
    var opened: [Part] = []
    for part in parts where entry.parts.contains(part.layer) {
      opened.append(Part(layer: part.layer, handle: try part.handle.open(name)))
    }
    return MergedDirectory(parts: opened, base: base)
  }

  /// The part that a layer has of it.
  func handle(of layer: Int) -> Handle? { parts.first { $0.layer == layer }?.handle }

  /// Names that some layers have in it, whiteouts and hidden ones among them, in order.
  func names(in layers: (Int) -> Bool = { _ in true }) throws(ForkError) -> [[UInt8]] {
    let parts = parts.filter { layers($0.layer) }
    if parts.count == 1 { return try parts[0].handle.names() }
    var names: Set<[UInt8]> = []
    for part in parts { names.formUnion(try part.handle.names()) }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }
}

/// Directories of layers that nobody may enter (of mode 0, say) are opened up while they are looked
/// at, and get their modes back at the end. A privileged user needs none of it.
final class Easing {
  private var eased: [(root: Handle, path: [UInt8], mode: UInt32)] = []
  private let isNeeded = orrery_user() != 0

  deinit { for (root, path, mode) in eased.reversed() { try? restore(root, path, mode) } }

  private func restore(_ root: Handle, _ path: [UInt8], _ mode: UInt32) throws(ForkError) {
    try root.open(path).setMode([], mode)
  }

  /// Lets the user into a directory of a layer, all directories above it being open to him.
  func ease(_ root: Handle, _ path: [UInt8]) throws(ForkError) {
    guard isNeeded, let place = try root.find(path), let status = try place.status(),
      status.isDirectory, status.mode & 0o700 != 0o700
    else { return }
    try place.setMode([], status.mode | 0o700)
    eased.append((root, path, status.mode))
  }
}
