// What a commit left in the world, by which an undo can tell whether others have touched it since.
//
// Two files in the place of the run, in values as Records.swift writes them. `expected`, written
// before the commit: the count of paths that are gone, these paths, the count of paths that exist,
// and of each its path, 1 for a new directory and else 0, kind, mode, size, and the hashes of content
// and attributes (empty for none).
// `receipt`, written after it: for the existing paths in the same order inode, time of change, size
// and time of the last change; zeros where that is not known, since the commit was finished after a
// crash. Then the nodes themselves are compared.
import CSandbox
import Events

/// What a commit leaves in the world.
struct Receipt {
  var gone: [Path] = []
  var nodes: [Left] = []
  var marks: [Mark] = []

  /// What it leaves at a path.
  struct Left {
    var path: Path
    var node: Node
    /// Whether it is a directory that was not there before, so that everything in it is ours.
    var isNew: Bool
  }

  /// One file at one time.
  struct Mark: Hashable {
    var inode: UInt64 = 0
    var changed: Int64 = 0
    var size: Int64 = 0
    var modified: Int64 = 0

    init() {}

    init(_ status: Status) {
      inode = status.inode
      changed = status.changed
      size = status.size
      modified = status.modified
    }
  }

  private static let expectedName = Array("expected".utf8)
  private static let receiptName = Array("receipt".utf8)

  /// What is expected after a difference was committed.
  init(_ findings: [Finding]) {
    for finding in findings where finding.isEffect {
      if let node = finding.new?.node {
        let isNew = node.kind == .directory && !finding.isMerged
        nodes.append(Left(path: finding.path, node: node, isNew: isNew))
      } else if !finding.isCovered {
        gone.append(finding.path)
      }
    }
  }

  func writeExpected(to root: Handle) throws(ForkError) {
    var out = RecordWriter()
    out.write(UInt64(gone.count))
    for path in gone { out.write(path.bytes) }
    out.write(UInt64(nodes.count))
    for left in nodes {
      let node = left.node
      out.write(left.path.bytes)
      out.write(UInt64(left.isNew ? 1 : 0))
      out.write(Array(node.kind.rawValue.utf8))
      out.write(UInt64(node.mode))
      out.write(UInt64(node.size))
      out.write(node.content?.bytes ?? [])
      out.write(node.attributes?.bytes ?? [])
    }
    try root.writeAll(Self.expectedName, out.bytes)
  }

  /// Notes what is in the world right after the commit.
  mutating func writeMarks(of world: Handle, to root: Handle) throws(ForkError) {
    var out = RecordWriter()
    var parent: (path: Path, handle: Handle?)?
    for path in nodes.lazy.map(\.path) {
      let directory = path.parent ?? .root
      if parent?.path != directory { parent = (directory, try world.find(directory.bytes)) }
      let mark = try parent?.handle?.status(Array(path.name)).map(Mark.init) ?? Mark()
      out.write(mark.inode)
      out.write(mark.changed)
      out.write(mark.size)
      out.write(mark.modified)
    }
    try root.writeAll(Self.receiptName, out.bytes)
  }

  /// Reads what a commit left.
  init(from root: Handle) throws(ForkError) {
    let damage = ForkError.damaged(String(decoding: root.place, as: UTF8.self) + "/expected")
    var record = RecordReader(try root.readAll(Self.expectedName)[...])
    for _ in 0..<(record.number() ?? 0) {
      guard let path = record.path() else { throw damage }
      gone.append(path)
    }
    for _ in 0..<(record.number() ?? 0) {
      guard let path = record.path(), let isNew = record.number(), let kind = record.string(),
        let mode = record.number(),
        let size = record.number(), let content = record.string(),
        let attributes = record.string(),
        let kind = Node.Kind(rawValue: String(decoding: kind, as: UTF8.self))
      else { throw damage }
      let node = Node(
        kind: kind, mode: UInt16(truncatingIfNeeded: mode), size: Int(size),
        content: Digest(bytes: content), attributes: Digest(bytes: attributes))
      nodes.append(Left(path: path, node: node, isNew: isNew == 1))
    }
    guard record.isAtEnd else { throw damage }
    marks = Array(repeating: Mark(), count: nodes.count)
    guard try root.status(Self.receiptName) != nil else { return }
    var receipt = RecordReader(try root.readAll(Self.receiptName)[...])
    for index in nodes.indices {
      guard let inode = receipt.number(), let changed = receipt.signed(),
        let size = receipt.signed(), let modified = receipt.signed()
      else { break }
      marks[index].inode = inode
      marks[index].changed = changed
      marks[index].size = size
      marks[index].modified = modified
    }
  }

  /// Where others have been since.
  func touched(in world: Handle, contents: Contents) throws(ForkError) -> [Conflict] {
    var conflicts: [Conflict] = []
    let known = Set(nodes.map(\.path))
    for path in gone {
      guard let directory = try world.find(path.parent?.bytes ?? []),
        try directory.status()?.isDirectory ?? false
      else {
        conflicts.append(Conflict(path: path.parent ?? .root, what: .vanished))
        continue
      }
      if try directory.status(Array(path.name)) != nil {
        conflicts.append(Conflict(path: path, what: .appeared))
      }
    }
    for (left, mark) in zip(nodes, marks) {
      let (path, node) = (left.path, left.node)
      let directory = try world.find(path.parent?.bytes ?? [])
      guard let directory, let status = try directory.status(Array(path.name)) else {
        conflicts.append(Conflict(path: path, what: .vanished, then: node))
        continue
      }
      if Mark(status) != mark {
        let now = try Self.node(Array(path.name), status, directory, path, contents)
        // Of a new owner only a mark can tell: nodes of the world have none.
        if node != now {
          conflicts.append(Conflict(path: path, what: .changed, then: node, now: now))
          continue
        }
      }
      if left.isNew {
        for name in try directory.open(Array(path.name)).names()
        where !known.contains(path.appending(name)) {
          conflicts.append(Conflict(path: path.appending(name), what: .appeared))
        }
      }
    }
    return conflicts.sorted { $0.path < $1.path }
  }

  private static func node(
    _ name: [UInt8], _ status: Status, _ directory: Handle, _ path: Path, _ contents: Contents
  ) throws(ForkError) -> Node? {
    if case .failure = status.kind { return nil }
    return try contents.node(name, status, in: directory, at: path, inLayer: false)
  }
}

extension RecordReader {
  mutating func path() -> Path? { string().flatMap { Path(bytes: $0) } }
}
