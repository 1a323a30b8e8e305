// Making what a layer has fit to become part of the world: its bytes are made durable, and the marks
// of the overlay go.
import CSandbox
import Events

extension Difference {
  /// Makes durable what the topmost layer brings into the world.
  func makeDurable() throws(ForkError) {
    let layer = stack.roots[0]
    let files = findings.filter {
      $0.isEffect && !$0.isMerged && $0.new?.status.isLink == false
    }
    // So many that one call for the whole file system is quicker.
    if files.count > 64 { return try layer.syncAll() }
    for finding in files {
      do { try layer.open(finding.path.bytes, ORRERY_READ).sync() } catch {
        guard error.isSystem(SystemCode.denied) else { throw error }
        return try layer.syncAll()
      }
    }
  }
}

extension Handle {
  /// Takes the marks of an overlay off everything under a name: the next thing done with it is a move
  /// into the world. May be done again after a crash.
  func removeAllMarks(_ name: [UInt8]) throws(ForkError) {
    let easing = Easing()
    guard let status = try status(name), !status.isLink else { return }
    try removeMarks(name)
    if !status.isDirectory { return }
    var pending = [name]
    while let path = pending.popLast() {
      try easing.ease(self, path)
      let directory = try open(path)
      guard let modified = try directory.status()?.modified else { continue }
      var hadWhiteouts = false
      for child in try directory.names() {
        guard let status = try directory.status(child) else { continue }
        if status.isWhiteout {
          try directory.unlink(child)
          hadWhiteouts = true
        } else if !status.isLink {
          try directory.removeMarks(child)
          if status.isDirectory { pending.append(path + [UInt8(ascii: "/")] + child) }
        }
      }
      if hadWhiteouts { try directory.setModified([], modified) }
    }
  }
}
