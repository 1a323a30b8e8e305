// Following symbolic links within a world.
import CSandbox
public import Events

extension MergedTree {
  /// The path that a path leads to when its symbolic links are followed, the last one only where
  /// `followsLast`. The last name need not exist. Links that lead out of the world are refused, also
  /// where they would come back; absolute ones that lead into it are not.
  public func resolve(_ path: Path, followsLast: Bool = true) throws(ForkError) -> Path {
    var rest = path.names.map { Array($0) }
    var directories = [try stack.open(.root, parts: stack.all, easing: nil)]
    var resolved = Path.root
    var followed = 0
    rest.reverse()
    while let name = rest.popLast() {
      if name == Array(".".utf8) || name.isEmpty { continue }
      if name == Array("..".utf8) {
        guard let parent = resolved.parent else {
          throw .refused(path, why: "leads out of the world")
        }
        resolved = parent
        directories.removeLast()
        continue
      }
      let directory = directories[directories.count - 1]
      let entry = try directory.entry(name)
      if let entry, entry.status.isLink, followsLast || !rest.isEmpty,
        let handle = directory.handle(of: entry.layer)
      {
        followed += 1
        if followed > Self.linksMax { throw .refused(path, why: "has too many symbolic links") }
        var target = try handle.target(name)[...]
        if target.first == UInt8(ascii: "/") {
          target = try inside(target, of: path)
          resolved = .root
          directories = [directories[0]]
        }
        rest += target.split(separator: UInt8(ascii: "/")).reversed().map { Array($0) }
        continue
      }
      resolved = resolved.appending(name)
      if rest.isEmpty { break }
      guard let entry, entry.status.isDirectory else {
        throw .refused(resolved, why: entry == nil ? "does not exist" : "is no directory")
      }
      directories.append(try directory.open(name, entry))
    }
    return resolved
  }

  /// As many links as the kernel follows.
  private static let linksMax = 40

  /// The part of an absolute target that lies in the world.
  private func inside(_ target: ArraySlice<UInt8>, of path: Path) throws(ForkError)
    -> ArraySlice<UInt8>
  {
    let prefix = base == "/" ? [] : Array(base.utf8)
    let rest = target.dropFirst(prefix.count)
    guard target.starts(with: prefix), rest.isEmpty || rest.first == UInt8(ascii: "/") else {
      throw .refused(path, why: "leads out of the world")
    }
    return rest
  }
}
