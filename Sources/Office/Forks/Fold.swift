// Folding a kept layer into the one below it, so that a fork stays shallow however many steps it has.
import CSandbox
import Events

extension Fork {
  /// Folds kept layers as far as they are settled, and no open layer has them under it, since a mount
  /// must not see them move. Without parallel steps one layer is left. The work is in proportion to the layer folded.
  ///
  /// Every single move leaves what the layers show together as it was; so a crash in between leaves
  /// two layers that show the same, and the next time they are folded to the end.
  func fold(_ state: inout State) throws(ForkError) {
    let used = state.open.map(\.over).max() ?? 0
    while state.kept.count > 1, state.kept[state.kept.count - 2] > used,
      state.kept[state.kept.count - 1] <= state.settled
    {
      let (lower, upper) = (state.kept[state.kept.count - 2], state.kept[state.kept.count - 1])
      let folding = Folding(
        lower: try self.upper(of: lower), upper: try self.upper(of: upper),
        trash: try root.open(Array("trash".utf8)))
      try folding.run()
      try removeLastKept(&state)
    }
  }
}

/// One layer on its way into another.
private final class Folding {
  let lower: Handle
  let upper: Handle
  let trash: Handle
  let isPrivileged = orrery_user() == 0
  var discarded = 0

  init(lower: Handle, upper: Handle, trash: Handle) {
    self.lower = lower
    self.upper = upper
    self.trash = trash
  }

  func run() throws(ForkError) {
    // Directories that both have, with what the upper one is; parents come before their children.
    var merged: [(path: Path, attributes: DirectoryAttributes)] = []
    var pending = [Path.root]
    while let path = pending.popLast() {
      let source = try upper.open(path.bytes)
      let attributes = try source.directoryAttributes([], inLayer: true)
      merged.append((path, attributes))
      let target = try lower.open(path.bytes)
      if !isPrivileged {
        for directory in [source, target] {
          guard let mode = try directory.status()?.mode, mode & 0o700 != 0o700 else { continue }
          try directory.setMode([], mode | 0o700)
        }
      }
      for name in try source.names() where try !moves(name, from: source, to: target) {
        pending.append(path.appending(name))
      }
    }
    for (path, attributes) in merged.reversed() {
      try lower.open(path.bytes).setDirectoryAttributes([], attributes, inLayer: true)
      if let parent = path.parent {
        try upper.open(parent.bytes).removeDirectory(Array(path.name))
      }
    }
  }

  /// Moves a name down; false for a directory that both have, whose contents are to be merged.
  private func moves(_ name: [UInt8], from source: Handle, to target: Handle)
    throws(ForkError) -> Bool
  {
    guard let above = try source.status(name) else { return true }
    guard let below = try target.status(name) else {
      try source.move(name, to: target, name)
      return true
    }
    if above.isDirectory && below.isDirectory && !source.isOpaque(name) { return false }
    // A directory over a file or a whiteout hides whatever may lie further below.
    if above.isDirectory && !below.isDirectory { try source.setOpaque(name) }
    if below.isDirectory {
      try discard(name, of: target)
    } else if above.isDirectory {
      try target.unlink(name)
    }
    try source.move(name, to: target, name)
    return true
  }

  private func discard(_ name: [UInt8], of target: Handle) throws(ForkError) {
    let number = Array("folded-\(discarded)".utf8)
    discarded += 1
    try trash.removeTree(number)
    try target.move(name, to: trash, number)
    try trash.removeTree(number)
  }
}
