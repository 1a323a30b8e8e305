// How much a command has written, found out without looking at every file all the time.
//
// Two things are known of the upper directory: what the last walk through it counted, and how much room
// its file system has lost since. What is in it now is at most the sum of both, unless somebody else
// gave room back meanwhile. So a walk is taken only where that sum is over the limit, and, because of
// others, once in a while: after twenty times as long as the last one took. Walks are taken in small
// steps, between which output is read. The private /tmp and /dev/shm are file systems of their own, and
// say at once how full they are.
import CSandbox
import Events
import Glibc

struct DiskWatch {
  /// Bytes and files.
  private struct Amount {
    var bytes = 0
    var files = 0
  }

  private let directory: String
  private let limits: Limits
  private var counted = Amount()
  private var freeWhenCounted: Amount
  private var walk: OpaquePointer?
  private var freeAtStart = Amount()
  private var startedAt = 0.0
  private var nextWalk = 1.0
  /// Files of which nobody tells how many are left can only be counted.
  private let countsFiles: Bool

  init(_ directory: String, limits: Limits) {
    self.directory = directory
    self.limits = limits
    let status = Self.status(of: directory)
    countsFiles = status.f_files > 0
    freeWhenCounted = Self.free(status)
    var isEmpty = true
    if let first = sandbox_walk_begin(directory) {
      isEmpty = !sandbox_walk_on(first, 1) && Self.totals(first).files == 0
      sandbox_walk_end(first)
    }
    // What is there already counts too, and is not known yet.
    if !isEmpty { counted = Amount(bytes: limits.disk, files: limits.files) }
  }

  /// Looks, at a time in seconds; the bound that was reached, if one was. In the end a walk that is
  /// called for is taken to its end at once.
  mutating func look(at time: Double, temporary: [Int32], isLast: Bool = false) -> String? {
    var others = Amount()
    for descriptor in temporary {
      var status = statvfs()
      guard fstatvfs(descriptor, &status) == 0 else { continue }
      others.bytes += Int(status.f_blocks - status.f_bfree) * Int(status.f_frsize)
      // A file system of this kind has its root from the start.
      others.files += Int(status.f_files - status.f_ffree) - 1
      // The kernel refuses more than it holds, so it never holds more.
      if status.f_bfree == 0 { return "disk" }
    }
    let free = Self.free(Self.status(of: directory))
    let most = Amount(
      bytes: others.bytes + counted.bytes + max(freeWhenCounted.bytes - free.bytes, 0),
      files: others.files + counted.files + max(freeWhenCounted.files - free.files, 0))
    let isSuspect = most.bytes > limits.disk || most.files > limits.files
    if walk == nil, isSuspect || (time >= nextWalk && !isLast) || (isLast && !countsFiles) {
      walk = sandbox_walk_begin(directory)
      freeAtStart = free
      startedAt = time
    }
    guard let walk else { return nil }
    let isUnderWay = sandbox_walk_on(walk, isLast ? .max : isSuspect ? 32_768 : 4_096)
    let seen = Self.totals(walk)
    if !isUnderWay {
      counted = seen
      freeWhenCounted = freeAtStart
      nextWalk = time + max(1, 20 * (time - startedAt))
      end()
    }
    if others.files + seen.files > limits.files { return "files" }
    return others.bytes + seen.bytes > limits.disk ? "disk" : nil
  }

  mutating func end() {
    if let walk { sandbox_walk_end(walk) }
    walk = nil
  }

  private static func totals(_ walk: OpaquePointer) -> Amount {
    var bytes: Int64 = 0
    var files: Int64 = 0
    sandbox_walk_totals(walk, &bytes, &files)
    return Amount(bytes: Int(bytes), files: Int(files))
  }

  private static func status(of directory: String) -> statvfs {
    var status = statvfs()
    statvfs(directory, &status)
    return status
  }

  private static func free(_ status: statvfs) -> Amount {
    Amount(bytes: Int(status.f_bfree) * Int(status.f_frsize), files: Int(status.f_ffree))
  }
}
