// Where forks live: on the file system of their world, since a commit is made of renames.
public import Basics
import CSandbox
public import Events
import Foundation

/// The forks of runs, found by the run.
///
/// A fork lives in `<state>/forks/<run>` where that is on the file system of its world, and otherwise
/// in `<parent of the world>/.orrery-forks-<user>/<run>`, to which a link of that name leads then.
public struct ForkStore: Sendable {
  private let forks: String

  /// The forks that a state directory knows of.
  public init(state: String) { forks = state + "/forks" }

  /// Forks a directory for a run.
  public func begin(_ run: RunID, of directory: String) throws(ForkError) -> Fork {
    guard let base = realpath(directory) else {
      throw .system("open", Array(directory.utf8), -Int(SystemCode.noEntry))
    }
    let world = try Handle.root(base)
    guard let status = try world.status() else { throw world.absent([]) }
    // The kernel gives an ordinary user's fork no other owners than the user and one group.
    guard
      orrery_user() == 0 || (status.user == orrery_user() && status.group == orrery_group())
    else {
      throw .noPlace(
        "\(base) belongs to user \(status.user) and group \(status.group), and you are "
          + "\(orrery_user()) and \(orrery_group()): without privileges only your own can be forked"
      )
    }
    let place = try place(for: run, of: base, status)
    let root = try Handle.root(place)
    try Self.probe(root)
    for name in ["open", "kept", "undo", "trash"] { try root.makeDirectory(Array(name.utf8)) }
    let origin = Origin(of: Array(base.utf8), status, stamp: try Origin.moment(in: root))
    try root.writeAll(Array("fork".utf8), origin.bytes, isDurable: false)
    return try Fork(run: run, place: place, root: root, origin: origin)
  }

  /// The fork of a run that has begun.
  public func fork(of run: RunID) throws(ForkError) -> Fork {
    guard let place = place(of: run) else { throw .wrongState("run \(run) has no fork") }
    let root = try Handle.root(place)
    guard let origin = Origin(bytes: try root.readAll(Array("fork".utf8))) else {
      throw .damaged("\(place)/fork")
    }
    return try Fork(run: run, place: place, root: root, origin: origin)
  }

  /// Whether a run has a fork, committed or not.
  public func hasFork(of run: RunID) -> Bool {
    place(of: run).map { FileManager.default.fileExists(atPath: $0 + "/fork") } ?? false
  }

  /// Removes the fork of a run, whatever state it is in; of a committed one the record by which it
  /// could be undone. What the run has in the world stays. Does nothing where there is no fork.
  public func discard(_ run: RunID) throws(ForkError) {
    guard let place = place(of: run) else { return }
    let parent = try Handle.root((place as NSString).deletingLastPathComponent)
    let name = Array(run.description.utf8)
    // A fork without this file is none: an interrupted removal is seen as such, and done again.
    let root = try Handle.root(place)
    guard try root.status(Array("commit".utf8)) == nil else {
      throw .wrongState("run \(run) is in the middle of its commit: recover it first")
    }
    if try root.status(Array("fork".utf8)) != nil { try root.unlink(Array("fork".utf8)) }
    try parent.removeTree(name)
    let known = try Handle.root(forks)
    if try known.status(name)?.isLink ?? false { try known.unlink(name) }
  }

  // MARK: Places

  private func place(of run: RunID) -> String? { realpath("\(forks)/\(run)") }

  private func place(for run: RunID, of base: String, _ world: Status) throws(ForkError) -> String {
    try makePath(forks)
    guard let own = realpath(forks) else { throw .noPlace("\(forks) can not be made") }
    let name = Array(run.description.utf8)
    let known = try Handle.root(own)
    if try known.status(name) != nil {
      guard !hasFork(of: run) else { throw .wrongState("run \(run) has a fork already") }
      // A crash left a fork that had not begun, or was half removed.
      if self.place(of: run) == nil { try known.unlink(name) } else { try discard(run) }
    }
    if try isFit(known, world), !isWithin(own, base) {
      try known.makeDirectory(name)
      return "\(own)/\(run)"
    }
    let parent = (base as NSString).deletingLastPathComponent
    let beside = try Handle.root(parent)
    guard base != "/", try isFit(beside, world) else {
      throw .noPlace("neither \(own) nor \(parent) is on the file system of \(base)")
    }
    let store = Array(".orrery-forks-\(orrery_user())".utf8)
    do { try beside.ensureDirectory(store) } catch {
      throw .noPlace("\(own) is on another file system than \(base), and \(error)")
    }
    // Others may write in the parent: the place must be ours alone.
    guard let status = try beside.status(store), status.isDirectory,
      status.user == orrery_user(), status.mode & 0o077 == 0
    else { throw .noPlace("\(parent)/.orrery-forks-\(orrery_user()) belongs to someone else") }
    let other = try beside.open(store)
    try other.removeTree(name)
    try other.makeDirectory(name)
    let place = "\(parent)/.orrery-forks-\(orrery_user())/\(run)"
    try known.makeLink(name, to: Array(place.utf8))
    return place
  }

  /// Whether what is in a directory can be renamed into the world.
  private func isFit(_ directory: Handle, _ world: Status) throws(ForkError) -> Bool {
    guard let status = try directory.status() else { return false }
    return status.device == world.device && status.mount == world.mount
  }

  private func isWithin(_ path: String, _ base: String) -> Bool {
    path == base || path.hasPrefix(base == "/" ? base : base + "/")
  }

  private func makePath(_ path: String) throws(ForkError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw .noPlace("\(path) can not be made: \(error)") }
  }

  private func realpath(_ path: String) -> String? {
    guard let resolved = Foundation.realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a directory can hold the upper layer of an overlay, by doing what that needs.
  private static func probe(_ root: Handle) throws(ForkError) {
    func refuse(_ why: String) -> ForkError {
      .noPlace("\(String(decoding: root.place, as: UTF8.self)) \(why)")
    }
    if orrery_is_overlay(root.descriptor) == 1 { throw refuse("lies on an overlay itself") }
    let (one, two) = (Array("probe-1".utf8), Array("probe-2".utf8))
    try root.makeDirectory(one)
    do { try root.setOpaque(one) } catch { throw refuse("has no extended attributes of users") }
    do { try root.makeWhiteout(two) } catch { throw refuse("can not hold whiteouts") }
    do { try root.move(one, to: root, two, ORRERY_MOVE_EXCHANGE) } catch {
      throw refuse("can not exchange two files in one step")
    }
    try root.removeTree(one)
    try root.removeTree(two)
  }
}
