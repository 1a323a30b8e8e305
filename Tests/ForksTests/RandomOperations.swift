// Random things to do to files, decided on one tree and repeated on another.
import Basics
import Foundation

/// One call on files, with everything that it needs.
enum Call: Sendable {
  case write([UInt8], [UInt8])
  case append([UInt8], [UInt8])
  case truncate([UInt8], Int)
  case poke([UInt8], at: Int)
  case unlink([UInt8])
  case rename([UInt8], [UInt8])
  case makeDirectory([UInt8])
  case removeDirectory([UInt8])
  case removeTree([UInt8])
  case setMode([UInt8], UInt32)
  case symlink([UInt8], target: [UInt8])
  case link([UInt8], [UInt8])
  case setAttribute([UInt8], key: String, [UInt8])
  case removeAttribute([UInt8], key: String)
  case setTime([UInt8], Int)

  /// A call on names that often exist and often do not.
  static func random(_ random: inout Random) -> Call {
    let path = name(&random)
    switch random.index(below: 20) {
    case 0, 1, 2, 3: return .write(path, bytes(&random))
    case 4: return .append(path, bytes(&random))
    case 5: return .truncate(path, random.index(below: 3_000))
    case 6: return .poke(path, at: random.index(below: 1 << 20))
    case 7, 8: return .unlink(path)
    case 9, 10: return .rename(path, name(&random))
    case 11, 12: return .makeDirectory(path)
    case 13: return .removeDirectory(path)
    case 14: return .removeTree(path)
    case 15: return .setMode(path, modes[random.index(below: modes.count)])
    case 16: return .symlink(path, target: name(&random))
    case 17: return .link(path, name(&random))
    case 18:
      let key = ["user.a", "user.overlay.b"][random.index(below: 2)]
      if random.chance(0.3) { return .removeAttribute(path, key: key) }
      return .setAttribute(path, key: key, [UInt8(random.index(below: 3))])
    default: return .setTime(path, 1_000_000_000 + random.index(below: 1_000))
    }
  }

  /// Whether it can be done to a world before it is forked, and the fork still be told from a copy: an
  /// overlay breaks links of files that it copies up, and does not show attributes that have the names
  /// of its own marks.
  var isForWorlds: Bool {
    switch self {
    case .link: false
    case .setAttribute(_, let key, _): key == "user.a"
    default: true
    }
  }

  // Without set-user-ID: a kernel takes that off a file whose bytes change in an overlay of a user
  // namespace, and not off one that a privileged user changes directly.
  private static let modes: [UInt32] = [0o755, 0o700, 0o775, 0o711, 0o1777]
  private static let names: [[UInt8]] = [
    Array("a".utf8), Array("b".utf8), Array("c d".utf8), [0xFF, 0x0A], Array("ü".utf8),
  ]

  static func name(_ random: inout Random) -> [UInt8] {
    let depth = 1 + min(random.index(below: 3), random.index(below: 4))
    return Array(
      (0..<depth).map { _ in names[random.index(below: names.count)] }.joined(separator: [0x2F]))
  }

  private static func bytes(_ random: inout Random) -> [UInt8] {
    let count = random.chance(0.1) ? random.index(below: 200_000) : random.index(below: 40)
    // Few different contents, so that files are often the same as before, or as others.
    return Array(repeating: UInt8(random.index(below: 4)), count: random.chance(0.5) ? count : 7)
  }

  /// Whether a file of several names is changed where it is: where its names lie in several layers,
  /// an overlay gives the changed one a file of its own.
  func changesLinkedFile(in files: Files) -> Bool {
    let path: [UInt8]
    switch self {
    case .write(let it, _), .append(let it, _), .truncate(let it, _), .poke(let it, _),
      .setMode(let it, _), .setAttribute(let it, _, _), .removeAttribute(let it, _),
      .setTime(let it, _):
      path = it
    default: return false
    }
    var status = stat()
    return lstat(files.path(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && status.st_nlink > 1
  }

  /// Does it; the error, or 0.
  func perform(_ files: Files) -> Int32 {
    switch self {
    case .write(let path, let bytes): return caught { try files.write(path, bytes) }
    case .append(let path, let bytes):
      return caught { try files.write(path, bytes, flags: O_APPEND) }
    case .truncate(let path, let count):
      guard files.kind(path) == S_IFREG else { return EINVAL }
      return code(Foundation.truncate(files.path(path), count))
    case .poke(let path, let offset):
      return caught { try files.write(path, [9], flags: 0, at: offset) }
    case .unlink(let path): return code(Foundation.unlink(files.path(path)))
    case .rename(let path, let new): return rename(path, new, files)
    case .makeDirectory(let path): return code(mkdir(files.path(path), 0o755))
    case .removeDirectory(let path): return code(rmdir(files.path(path)))
    case .removeTree(let path):
      guard files.kind(path) != nil else { return ENOENT }
      return removeTree(path, files)
    case .setMode(let path, let mode):
      guard let kind = files.kind(path), kind != S_IFLNK else { return EINVAL }
      return code(chmod(files.path(path), mode))
    case .symlink(let path, let target):
      return code(Foundation.symlink(target.map { CChar(bitPattern: $0) } + [0], files.path(path)))
    case .link(let path, let new):
      guard files.kind(path) == S_IFREG else { return EINVAL }
      return code(Foundation.link(files.path(path), files.path(new)))
    case .setAttribute(let path, let key, let value):
      guard let kind = files.kind(path), kind != S_IFLNK else { return EINVAL }
      return caught { try files.setAttribute(path, key, value) }
    case .removeAttribute(let path, let key):
      guard let kind = files.kind(path), kind != S_IFLNK else { return EINVAL }
      return caught { try files.removeAttribute(path, key) }
    case .setTime(let path, let seconds):
      guard files.kind(path) == S_IFREG else { return EINVAL }
      let times = [timespec(tv_sec: seconds, tv_nsec: 5), timespec(tv_sec: seconds, tv_nsec: 5)]
      return code(utimensat(AT_FDCWD, files.path(path), times, 0))
    }
  }

  /// As `mv` does it: what can not be renamed where it is, is moved piece by piece.
  private func rename(_ path: [UInt8], _ new: [UInt8], _ files: Files) -> Int32 {
    guard let kind = files.kind(path) else { return ENOENT }
    if kind == S_IFDIR {
      if files.kind(new) != nil { return EEXIST }
      if (new + [0x2F]).starts(with: path + [0x2F]) { return EINVAL }
    } else if files.kind(new) == S_IFDIR {
      return EISDIR
    }
    let failure = code(Foundation.rename(files.path(path), files.path(new)))
    if failure != EXDEV { return failure }
    var status = stat()
    _ = lstat(files.path(path), &status)
    if mkdir(files.path(new), 0o700) < 0 { return errno }
    for child in files.names(path) {
      let failure = rename(path + [0x2F] + child, new + [0x2F] + child, files)
      if failure != 0 { return failure }
    }
    for (key, value) in files.attributes(path) {
      let failure = caught { try files.setAttribute(new, key, value) }
      if failure != 0 { return failure }
    }
    _ = chmod(files.path(new), status.st_mode & 0o7777)
    return code(rmdir(files.path(path)))
  }

  private func removeTree(_ path: [UInt8], _ files: Files) -> Int32 {
    if files.kind(path) != S_IFDIR { return code(Foundation.unlink(files.path(path))) }
    for child in files.names(path) {
      let failure = removeTree(path + [0x2F] + child, files)
      if failure != 0 { return failure }
    }
    return code(rmdir(files.path(path)))
  }

  private func code(_ result: Int32) -> Int32 { result < 0 ? errno : 0 }

  private func caught(_ work: () throws -> Void) -> Int32 {
    do {
      try work()
      return 0
    } catch let failure as Failure { return failure.code } catch { return -1 }
  }
}

/// Number of seeds: many in the tests of every day, thousands on demand.
var seedCount: Int {
  ProcessInfo.processInfo.environment["ORRERY_FORK_SEEDS"].flatMap { Int($0) } ?? 200
}

/// So many seeds, or the one that is asked for.
func seeds(_ count: Int) -> Range<UInt64> {
  let one = ProcessInfo.processInfo.environment["ORRERY_FORK_SEED"].flatMap { UInt64($0) }
  return one.map { $0..<$0 + 1 } ?? 0..<UInt64(count)
}
