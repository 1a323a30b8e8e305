// From the difference that a fork makes to the operations that make it in the world.
import CSandbox
import Events

/// What a commit has to do.
struct Plan {
  var operations: [Operation] = []

  /// Nothing to do.
  init() {}

  /// The operations for the difference that one layer makes. Whatever changed in the world since the
  /// stamp is left alone where the layer only has it by the way.
  init(_ difference: Difference, since stamp: Int64) throws(ForkError) {
    let (layer, world) = (difference.stack.roots[0], difference.stack.roots[1])
    let anchors = Self.anchors(difference.findings, since: stamp)
    var moves: [Operation] = []
    var links: [Operation] = []
    var touches: [Operation] = []
    var changedDirectories: Set<Path> = []
    for finding in difference.findings {
      if finding.isMerged {
        if finding.isEffect { changedDirectories.insert(finding.path) }
      } else if finding.isEffect {
        let action = Self.action(finding)
        let anchor = finding.new.flatMap { $0.status.links > 1 ? anchors[$0.status.inode] : nil }
        if let anchor, let new = finding.new {
          let old =
            finding.isCovered ? Operation.Piece(new.status) : finding.old.map { .init($0.status) }
          links.append(
            Operation(
              path: finding.path,
              action: .link(to: anchor.path, inode: anchor.status.inode, old: old)))
        } else if let action, !finding.isCovered {
          moves.append(Operation(path: finding.path, action: action))
        }
        if !finding.isCovered, let parent = finding.path.parent {
          changedDirectories.insert(parent)
        }
      } else if let old = finding.old?.status, let new = finding.new?.status, old.changed < stamp,
        old.modified != new.modified
      {
        touches.append(
          Operation(path: finding.path, action: .touch(old: old.modified, new: new.modified)))
      }
    }
    // Inner directories before those that they lie in, which may be closed by their new modes.
    let directories = try changedDirectories.sorted(by: >).map { path throws(ForkError) in
      let old = try world.open(path.bytes)
        .directoryAttributes([], inLayer: false, withMarks: true)
      var new = try layer.open(path.bytes).directoryAttributes([], inLayer: true)
      let known = Set(try world.open(path.bytes).attributes([], inLayer: false))
      // What the fork could not see stays.
      let unseen = old.attributes.filter { attribute in
        !known.contains(attribute) && !new.attributes.contains { $0.key == attribute.key }
      }
      new.attributes = (new.attributes + unseen).sorted()
      return Operation(path: path, action: .directory(old: old, new: new))
    }
    operations = moves + links + touches + directories
  }

  private static func action(_ finding: Finding) -> Operation.Action? {
    switch (finding.old?.status, finding.new?.status) {
    case (nil, let new?): .create(.init(new))
    case (let old?, nil): .remove(.init(old))
    case (let old?, let new?): .replace(old: .init(old), new: .init(new))
    case (nil, nil): nil
    }
  }

  /// Files of the world that got further names in the layer and are as they were: the names shall be
  /// names of the file in the world. By their inodes in the layer.
  private static func anchors(_ findings: [Finding], since stamp: Int64)
    -> [UInt64: (path: Path, status: Status)]
  {
    var anchors: [UInt64: (path: Path, status: Status)] = [:]
    for finding in findings where !finding.isEffect {
      guard let old = finding.old?.status, let new = finding.new, new.layer == 0,
        new.status.isFile, new.status.links > 1, old.changed < stamp,
        anchors[new.status.inode] == nil
      else { continue }
      anchors[new.status.inode] = (finding.path, old)
    }
    return anchors
  }
}
