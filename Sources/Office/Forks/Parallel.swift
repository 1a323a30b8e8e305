// Steps that worked at the same time: what they may both have done, and what not.
import CSandbox
import Events

extension Fork {
  /// Makes a layer fit over layers that were kept since it began, or says where they are at odds.
  func reconcile(_ layer: Layer, with since: [Int], kept: [Int]) throws(ForkError) {
    var roots = try kept.reversed().map { number throws(ForkError) in try upper(of: number) }
    roots.append(world)
    let others = try Difference(
      of: since.count, upperLayersOf: Stack(roots: roots), contents: contents)
    let mine = try upper(of: layer.number, isOpen: true)
    let below = Stack(roots: Array(roots.dropFirst(since.count)))
    let own = try Difference(
      of: 1, upperLayersOf: Stack(roots: [mine] + below.roots), contents: contents)

    let conflicts = conflicts(own.findings, others.findings)
    if !conflicts.isEmpty { throw .conflict(conflicts) }
    try adopt(others, into: mine, own.findings, merged: Stack(roots: roots))
  }

  /// The layer was written over what it found; where that has been changed since and the layer only
  /// has it by the way (a directory on the way to a file, a file that was opened and left as it was),
  /// the change counts.
  private func adopt(
    _ others: Difference, into layer: Handle, _ own: [Finding], merged: Stack
  ) throws(ForkError) {
    let changed = Dictionary(
      uniqueKeysWithValues: others.findings.filter(\.isEffect).map { ($0.path, $0) })
    if changed.isEmpty { return }
    var gone: Path?
    for finding in own {
      if let gone, finding.path.isWithin(gone) { continue }
      guard let other = changed[finding.path] else { continue }
      let name = Array(finding.path.name)
      let directory = try layer.open(finding.path.parent?.bytes ?? [])
      if finding.isMerged && !finding.isEffect && other.isMerged {
        guard let (from, entry) = try attributesSource(finding.path, merged) else { continue }
        let attributes = try from.directoryAttributes([], inLayer: entry != merged.base)
        try layer.open(finding.path.bytes).setDirectoryAttributes([], attributes, inLayer: true)
      } else if !finding.isEffect {
        // What this layer has there is as it was, and the others made something else of it.
        try directory.removeTree(name)
        gone = finding.path
      } else if finding.old == nil, finding.new?.node.kind == .directory {
        // Both made this directory: what is in it adds up.
        try directory.removeOpaque(name)
      }
    }
  }

  private func attributesSource(_ path: Path, _ stack: Stack) throws(ForkError) -> (Handle, Int)? {
    guard let directory = try stack.directory(path), let part = directory.parts.first else {
      return nil
    }
    return (part.handle, part.layer)
  }

  /// Paths that both changed, each in its way, or of which one removed what the other worked in.
  private func conflicts(_ own: [Finding], _ others: [Finding]) -> [Conflict] {
    let theirs = Dictionary(uniqueKeysWithValues: others.map { ($0.path, $0) })
    let mine = Dictionary(uniqueKeysWithValues: own.map { ($0.path, $0) })
    var conflicts: [Conflict] = []
    for finding in own where finding.isEffect {
      if let other = theirs[finding.path], other.isEffect {
        if other.new?.node != finding.new?.node {
          conflicts.append(conflict(finding.path, other, finding))
        }
      } else if isLost(finding, in: theirs, below: false) {
        conflicts.append(conflict(finding.path, nil, finding))
      }
    }
    for other in others where other.isEffect && mine[other.path]?.isEffect != true {
      if isLost(other, in: mine, below: true) {
        conflicts.append(conflict(other.path, other, mine[other.path]))
      }
    }
    return conflicts.sorted { $0.path < $1.path }
  }

  /// Whether something was done in a directory that the other side removed, or made something else
  /// of; or, where the other side comes to lie above, whose contents it hides.
  private func isLost(_ finding: Finding, in other: [Path: Finding], below: Bool) -> Bool {
    guard finding.new != nil else { return false }
    var parent = finding.path.parent
    while let path = parent {
      if let found = other[path] {
        if found.isEffect && found.new?.node.kind != .directory { return true }
        if below && found.hides { return true }
      }
      parent = path.parent
    }
    return false
  }

  private func conflict(_ path: Path, _ other: Finding?, _ own: Finding?) -> Conflict {
    let then = own?.old?.node ?? other?.old?.node
    let now = other?.new?.node
    return Conflict(
      path: path, what: now == nil ? .vanished : then == nil ? .appeared : .changed, then: then,
      now: now, fork: own?.new?.node)
  }
}
