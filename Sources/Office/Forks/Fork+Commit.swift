// Committing a fork.
import CSandbox
public import Events
import Synchronization

extension Fork {
  /// Brings everything that was kept into the world, atomically for each file and as a whole: after a
  /// crash at any point `ForkStore.recover` finishes it, or leaves the world as it was.
  ///
  /// `reviewed` are the effects that were looked at and permitted: others are refused. Where the world
  /// changed underneath since the fork began, nothing is done, and the error names the paths.
  public func commit(_ reviewed: [Effect]) throws(ForkError) {
    try commit(reviewed, interrupt: { () throws(ForkError) in })
  }

  package func commit(_ reviewed: [Effect], interrupt: @escaping Interruption) throws(ForkError) {
    try state.withLock { state throws(ForkError) in
      try requireUncommitted()
      guard state.open.isEmpty else {
        throw .wrongState(
          "steps still work: " + state.open.map(\.step).sorted().joined(separator: ", "))
      }
      state.settled = state.kept.last ?? 0
      try fold(&state)
      let layer = try state.kept.last.map { number throws(ForkError) in try upper(of: number) }
      let stack = Stack(roots: (layer.map { [$0] } ?? []) + [world])
      let difference =
        layer == nil
        ? Difference(stack: stack)
        : try Difference(of: 1, upperLayersOf: stack, contents: contents)
      try check(difference, reviewed)
      let plan = layer == nil ? Plan() : try Plan(difference, since: origin.stamp)
      try interrupt()
      if layer != nil { try difference.makeDurable() }
      try interrupt()
      try Receipt(difference.findings).writeExpected(to: root)
      try interrupt()
      try CommitJournal(plan.operations).write(to: root)
      try finish(plan.operations, layer: layer ?? root, interrupt)
    }
  }

  /// Does what the journal says, to the end; or takes it back where others came in between.
  func finish(_ operations: [Operation], layer: Handle, _ interrupt: @escaping Interruption)
    throws(ForkError)
  {
    do {
      try Commit(operations, root: root, world: world, layer: layer, interrupt: interrupt).perform()
    } catch {
      if error == .interruption { throw error }
      try CommitJournal.advance(root, from: .commit, to: .abandon)
      try abandon(operations, layer: layer, interrupt)
      throw error
    }
    try interrupt()
    var receipt = try Receipt(from: root)
    try receipt.writeMarks(of: world, to: root)
    try interrupt()
    try CommitJournal.advance(root, from: .commit, to: .committed)
  }

  func abandon(_ operations: [Operation], layer: Handle, _ interrupt: @escaping Interruption)
    throws(ForkError)
  {
    try Commit(operations, root: root, world: world, layer: layer, interrupt: interrupt)
      .revert(isChecked: false)
    try interrupt()
    try CommitJournal.advance(root, from: .abandon, to: .open)
  }

  // MARK: Conditions

  /// Refuses what nobody looked at, and what others have touched.
  private func check(_ difference: Difference, _ reviewed: [Effect]) throws(ForkError) {
    let now = try Handle.root(base).status()
    guard now?.inode == origin.inode, now?.device == origin.device else {
      throw .conflict([Conflict(path: .root, what: .vanished)])
    }
    let then = Dictionary(
      reviewed.compactMap { effect in Self.former(effect).map { (effect.path, $0) } },
      uniquingKeysWith: { first, _ in first })
    let created = Set(reviewed.lazy.filter { Self.former($0) == nil }.map(\.path))
    let sources = Set(reviewed.compactMap(\.removes))
    var conflicts: [Conflict] = []
    for finding in difference.findings where finding.isEffect {
      let former = then[finding.path]
      let what: Conflict.What
      if let old = finding.old {
        let isOther = former != nil && former != old.node
        guard old.status.changed >= origin.stamp || isOther else { continue }
        let isUnseen = former == nil && finding.new == nil && !sources.contains(finding.path)
        let isNew = created.contains(finding.path) || isUnseen
        what = isNew ? .appeared : .changed
      } else {
        var hasVanished = former != nil
        if !hasVanished { hasVanished = try self.hasVanished(finding, difference) }
        if !hasVanished { continue }
        what = .vanished
      }
      conflicts.append(
        Conflict(
          path: finding.path, what: what, then: former, now: finding.old?.node,
          fork: finding.new?.node))
    }
    let effects = difference.effects
    if conflicts.isEmpty && effects == reviewed { return }
    // What was to be deleted and is gone already, or has become what it was to become.
    let present = Set(effects.flatMap { [$0.path, $0.removes].compactMap(\.self) })
    for (path, node) in then where !present.contains(path) {
      let now = try world.find(path.parent?.bytes ?? [])?.status(Array(path.name))
      if let now, now.changed < origin.stamp { continue }
      conflicts.append(Conflict(path: path, what: now == nil ? .vanished : .changed, then: node))
    }
    if !conflicts.isEmpty { throw .conflict(conflicts.sorted { $0.path < $1.path }) }
    throw .unreviewed(Set(Set(effects).symmetricDifference(reviewed).map(\.path)).sorted())
  }

  /// What an effect says was at its path before.
  private static func former(_ effect: Effect) -> Node? {
    switch effect.change {
    case .changed(let node, _), .reattributed(let node, _), .deleted(let node): node
    case .created, .renamed: nil
    }
  }

  /// Whether the fork has something that it took from the world, where the world has nothing now.
  /// An overlay marks what it copied up; but a file may have been moved in the fork since, so of a file
  /// the directory must have changed in the world as well.
  private func hasVanished(_ finding: Finding, _ difference: Difference) throws(ForkError) -> Bool {
    guard let new = finding.new, !new.status.isLink, let parent = finding.path.parent,
      try difference.stack.roots[new.layer].open(parent.bytes).hasOrigin(Array(finding.path.name))
    else { return false }
    if new.status.isDirectory { return true }
    guard let directory = try world.find(parent.bytes), let status = try directory.status() else {
      return false
    }
    return status.changed >= origin.stamp
  }
}

extension ForkError {
  /// What tests crash a commit with: it is not caught, so that nothing is done after it.
  package static let interruption = ForkError.wrongState("interrupted")
}
