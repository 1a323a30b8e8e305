// Garbage: contents that no event refers to.
public import Basics
public import Events
import Foundation

/// What a collection of garbage removed.
public struct Collected: Sendable, Hashable {
  /// How many files.
  public var count = 0
  /// How many bytes they had.
  public var bytes = 0

  /// Nothing removed yet.
  public init() {}
}

extension ContentStore {
  /// Removes what is not among the contents to keep and was stored before a time.
  ///
  /// The time has to lie before the references were gathered, by more than anybody takes from storing a
  /// content to writing the event that refers to it: what was stored for an event to come is kept.
  public func collect(
    keeping kept: Set<Digest>, storedBefore time: Timestamp
  ) throws(ContentError) -> Collected {
    let lock = try Descriptor(locking: directory, LOCK_EX)
    defer { withExtendedLifetime(lock) {} }
    var collected = Collected()
    for name in try Self.names(in: directory) {
      let path = "\(directory)/\(name)"
      if name.hasPrefix("new-") {
        try remove(path, storedBefore: time, &collected)
      } else if name.utf8.count == 2 {
        for rest in try Self.names(in: path) {
          // What is not named by a hash is not ours to remove.
          guard let digest = Digest(name + rest), !kept.contains(digest) else { continue }
          try remove("\(path)/\(rest)", storedBefore: time, &collected)
        }
      }
    }
    return collected
  }

  private func remove(
    _ path: String, storedBefore time: Timestamp, _ collected: inout Collected
  ) throws(ContentError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw .unavailable(path: path, reason: systemReason())
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.changed < time else { return }
    guard unlink(path) == 0 else { throw .unavailable(path: path, reason: systemReason()) }
    collected.count += 1
    collected.bytes += Int(status.st_size)
  }

  private static func names(in path: String) throws(ContentError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw .unavailable(path: path, reason: "its entries can not be listed")
    }
  }
}

extension stat {
  /// When the bytes were last changed.
  fileprivate var changed: Timestamp {
    #if canImport(Darwin)
      let time = st_mtimespec
    #else
      let time = st_mtim
    #endif
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }
}
