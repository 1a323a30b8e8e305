// The effects of layers: what of a difference is one, and which of them are renames.
import Events

extension Difference {
  /// What is other than before, by path. Files that were only copied up, or got another time, are
  /// none.
  var effects: [Effect] {
    var effects: [Effect] = []
    for finding in findings where finding.isEffect {
      let change: Effect.Change
      switch (finding.old?.node, finding.new?.node) {
      case (nil, let new?): change = .created(new)
      case (let old?, nil): change = .deleted(old)
      case (let old?, let new?):
        let isSame = old.kind == new.kind && old.size == new.size && old.content == new.content
        // Bytes that nobody may read can not be told to be the same.
        let isKnown = old.content != nil || old.kind == .directory
        change =
          isSame && isKnown ? .reattributed(from: old, to: new) : .changed(from: old, to: new)
      case (nil, nil): continue
      }
      effects.append(Effect(path: finding.path, change: change))
    }
    return joiningRenames(effects)
  }
}

/// Joins a file that is gone and one that is new with the same bytes and attributes into a rename:
/// first those that kept their names, then others, in the order of their paths. Empty files are all
/// alike, so that nothing could be told of them.
private func joiningRenames(_ effects: [Effect]) -> [Effect] {
  struct Sameness: Hashable {
    var content: Digest?
    var attributes: Digest?
  }
  var sources: [Sameness: [Path]] = [:]
  for effect in effects {
    if case .deleted(let node) = effect.change, let sameness = sameness(node) {
      sources[sameness, default: []].append(effect.path)
    }
  }
  func sameness(_ node: Node) -> Sameness? {
    guard node.kind == .file, node.size > 0, node.content != nil else { return nil }
    return Sameness(content: node.content, attributes: node.attributes)
  }
  if sources.isEmpty { return effects }

  var renames: [Path: Path] = [:]  // to: from
  var gone: Set<Path> = []
  for mustKeepName in [true, false] {
    for effect in effects where renames[effect.path] == nil {
      guard case .created(let node) = effect.change, let sameness = sameness(node),
        let paths = sources[sameness],
        let index = paths.firstIndex(where: {
          !mustKeepName || $0.name.elementsEqual(effect.path.name)
        })
      else { continue }
      renames[effect.path] = paths[index]
      gone.insert(paths[index])
      sources[sameness]?.remove(at: index)
    }
  }
  return effects.compactMap { effect in
    if gone.contains(effect.path), case .deleted = effect.change { return nil }
    if let source = renames[effect.path], case .created(let node) = effect.change {
      return Effect(path: effect.path, change: .renamed(from: source, node))
    }
    return effect
  }
}
