// What layers change of what lies below them, found by walking only the layers.
import CSandbox
import Events

/// One path that layers have, or hide.
struct Finding {
  var path: Path
  /// What lies there below the layers.
  var old: Found?
  /// What lies there with them.
  var new: Found?
  /// Whether it lies in a directory that is new, or gone, or became something else: whatever is done
  /// with that directory is done with this as well.
  var isCovered: Bool
  /// Whether this is a directory whose former contents the layers hide.
  var hides = false

  /// Whether what is there differs.
  var isEffect: Bool { old?.node != new?.node }

  /// Whether it is a directory before and after.
  var isMerged: Bool { old?.node.kind == .directory && new?.node.kind == .directory }
}

/// What was found at a path.
struct Found {
  var node: Node
  var status: Status
  /// The layer it comes from, counted from the top.
  var layer: Int
}

/// The difference between a stack with its upper layers and without them.
struct Difference {
  /// The stack that was looked at.
  var stack: Stack
  /// Everything that the upper layers have or hide, by path: also what is the same as before.
  var findings: [Finding] = []

  /// No difference: there is no layer.
  init(stack: Stack) { self.stack = stack }

  /// Walks the upper layers. The work is in proportion to what they hold, and to what they hide:
  /// the deletion of a directory lists what was in it.
  init(of count: Int, upperLayersOf stack: Stack, contents: Contents) throws(ForkError) {
    self.stack = stack
    let walk = Walk(stack: stack, count: count, contents: contents)
    try walk.run()
    findings = walk.findings.sorted { $0.path < $1.path }
  }
}

/// A walk over the directories that upper layers have a part of.
private final class Walk {
  let stack: Stack
  let count: Int
  let contents: Contents
  let easing = Easing()
  var findings: [Finding] = []

  /// A directory to look into: the layers it comes from with the upper layers, and without.
  struct Place {
    var path: Path
    var new: [Int]
    var old: [Int]
    var isCovered: Bool
  }

  init(stack: Stack, count: Int, contents: Contents) {
    self.stack = stack
    self.count = count
    self.contents = contents
  }

  func run() throws(ForkError) {
    let lower = Array(stack.all.dropFirst(count))
    try compareRoots()
    var places = [Place(path: .root, new: stack.all, old: lower, isCovered: false)]
    while let place = places.popLast() { try visit(place, &places) }
  }

  private func compareRoots() throws(ForkError) {
    guard let new = try found([], nil, in: stack.roots[0], layer: 0, at: .root),
      let old = try found([], nil, in: stack.roots[count], layer: count, at: .root)
    else { return }
    var finding = Finding(path: .root, old: old, new: new, isCovered: false)
    try own(&finding, [], stack.roots[0])
    findings.append(finding)
  }

  /// Compares everything in a directory that an upper layer has or hides.
  private func visit(_ place: Place, _ places: inout [Place]) throws(ForkError) {
    let touched = place.new.filter { $0 < count }
    let kept = place.new.filter { $0 >= count }
    let hides = kept != place.old
    if touched.isEmpty && !hides { return }
    let new = try stack.open(place.path, parts: place.new, easing: easing)
    let old =
      kept == place.old
      ? MergedDirectory(parts: new.parts.filter { $0.layer >= count }, base: stack.base)
      : try stack.open(place.path, parts: place.old, easing: easing)
    var names = Set(try new.names { $0 < count })
    if hides { names.formUnion(try old.names()) }
    for name in names {
      guard place.path.bytes.count + 1 + name.count < 4_096 else {
        throw .unsupported(place.path, what: "a path of more than 4,095 bytes")
      }
      let path = place.path.appending(name)
      let after = try new.entry(name)
      let before = try old.entry(name)
      if let after, let before, after.layer == before.layer, after.parts == before.parts {
        continue
      }
      try compare(path, name, before, old, after, new, place.isCovered, &places)
    }
  }

  private func compare(
    _ path: Path, _ name: [UInt8], _ before: MergedEntry?, _ old: MergedDirectory,
    _ after: MergedEntry?, _ new: MergedDirectory, _ isCovered: Bool, _ places: inout [Place]
  ) throws(ForkError) {
    var finding = Finding(path: path, isCovered: isCovered)
    if let before, let handle = old.handle(of: before.layer) {
      finding.old = try found(name, before.status, in: handle, layer: before.layer, at: path)
    }
    if let after, let handle = new.handle(of: after.layer) {
      finding.new = try found(name, after.status, in: handle, layer: after.layer, at: path)
    }
    guard finding.old != nil || finding.new != nil else { return }
    if let after, let handle = new.handle(of: after.layer) { try own(&finding, name, handle) }
    let isMerged = finding.isMerged
    let kept = after?.parts.filter { $0 >= count } ?? []
    finding.hides = isMerged && kept != before?.parts
    findings.append(finding)
    let (newParts, oldParts) = (after?.parts ?? [], before?.parts ?? [])
    if isMerged {
      places.append(Place(path: path, new: newParts, old: oldParts, isCovered: isCovered))
    } else {
      if !oldParts.isEmpty {
        places.append(Place(path: path, new: [], old: oldParts, isCovered: true))
      }
      if !newParts.isEmpty {
        places.append(Place(path: path, new: newParts, old: [], isCovered: true))
      }
    }
  }

  /// Another owner than before, or of something new another than who asks, is told from the
  /// attributes: they then count the owner among them.
  private func own(_ finding: inout Finding, _ name: [UInt8], _ handle: Handle) throws(ForkError) {
    guard let new = finding.new?.status else { return }
    if let old = finding.old?.status {
      if old.user == new.user && old.group == new.group { return }
    } else if new.user == orrery_user() {
      return
    }
    let attributes = new.isLink ? [] : try handle.attributes(name, inLayer: true)
    finding.new?.node.attributes = Contents.digest(of: attributes, owner: (new.user, new.group))
  }

  private func found(
    _ name: [UInt8], _ status: Status?, in handle: Handle, layer: Int, at path: Path
  ) throws(ForkError) -> Found? {
    var status = status
    if status == nil { status = try handle.status(name) }
    guard let status else { return nil }
    let node = try contents.node(
      name, status, in: handle, at: path, inLayer: layer != stack.base)
    return Found(node: node, status: status, layer: layer)
  }
}
