// What was done to a world: the difference between what it was and what it is.
import Basics

/// What stands at a path of a world.
public struct Node: Sendable, Hashable, Codable {
  /// What it is.
  public var kind: Kind
  /// Permission bits, with set-user-ID, set-group-ID and sticky: `0o7777` at most.
  public var mode: UInt16
  /// Bytes of a file or of the target of a symbolic link; 0 for a directory.
  public var size: Int
  /// The hash of a file's bytes or of a link's target; nil for a directory.
  public var content: Digest?
  /// The hash of the extended attributes, where there are any.
  public var attributes: Digest?
  /// Where a symbolic link leads.
  public var target: String?

  /// The kinds that a world may have. Sockets, pipes and devices are refused.
  public enum Kind: String, Sendable, Hashable, Codable { case file, directory, link }

  /// A node of these parts.
  public init(
    kind: Kind, mode: UInt16, size: Int = 0, content: Digest? = nil, attributes: Digest? = nil,
    target: String? = nil
  ) {
    self.kind = kind
    self.mode = mode
    self.size = size
    self.content = content
    self.attributes = attributes
    self.target = target
  }
}

/// One difference between a world and the fork of it.
public struct Effect: Sendable, Hashable, Codable {
  /// Where.
  public var path: Path
  /// What happened there.
  public var change: Change

  /// What can happen at a path.
  public enum Change: Sendable, Hashable, Codable {
    /// There was nothing.
    case created(Node)
    /// The bytes, the target or the kind are others (and perhaps the mode).
    case changed(from: Node, to: Node)
    /// Only mode or extended attributes are others.
    case reattributed(from: Node, to: Node)
    /// It came from another path, as it was (and perhaps with another mode); there, nothing is left.
    case renamed(from: Path, Node)
    /// There is nothing any more.
    case deleted(Node)
  }

  /// What happened at a path.
  public init(path: Path, change: Change) {
    self.path = path
    self.change = change
  }

  /// Every path that is written by it: one, or two for a rename, of which the former is removed.
  public var removes: Path? {
    switch change {
    case .deleted: path
    case .renamed(let source, _): source
    default: nil
    }
  }

  /// Whether a program comes to run as its owner or its group that did not before.
  public var raisesRights: Bool {
    let (before, after): (UInt16, UInt16) =
      switch change {
      case .created(let node), .renamed(_, let node): (0, node.kind == .file ? node.mode : 0)
      case .changed(let from, let to), .reattributed(let from, let to):
        (from.mode, to.kind == .file ? to.mode : 0)
      case .deleted: (0, 0)
      }
    return after & 0o6000 & ~before != 0
  }

  /// The path that exists or is other than before; nil for a deletion.
  public var writes: Path? { if case .deleted = change { nil } else { path } }
}

/// How much was done, for those who need not know every path.
public struct EffectSummary: Sendable, Hashable, Codable {
  /// Counts of each kind of change.
  public var created = 0
  /// Other contents.
  public var changed = 0
  /// Other modes or attributes only.
  public var reattributed = 0
  /// Other paths.
  public var renamed = 0
  /// Gone.
  public var deleted = 0
  /// Bytes of all files that are new or other.
  public var bytes = 0
  /// The hash of the whole effect set, as canonical JSON; it names the set in the content store.
  public var digest: Digest

  /// The summary of effects, which are ordered by path.
  public init(of effects: [Effect]) {
    // Effects hold only integers, strings and hashes: nothing of them can fail to be said in JSON.
    digest = Digest(of: (try? JSON.encoded(effects)) ?? [])
    for effect in effects {
      switch effect.change {
      case .created(let node):
        created += 1
        bytes += node.kind == .file ? node.size : 0
      case .changed(_, let node):
        changed += 1
        bytes += node.kind == .file ? node.size : 0
      case .reattributed: reattributed += 1
      case .renamed: renamed += 1
      case .deleted: deleted += 1
      }
    }
  }

  /// Whether nothing was done.
  public var isEmpty: Bool { created + changed + reattributed + renamed + deleted == 0 }
}
