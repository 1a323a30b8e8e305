// A picture of a directory tree, to compare it with another byte for byte.
import Foundation

/// Everything in a tree that can be told of it.
struct Picture: Equatable {
  var entries: [[UInt8]: Entry] = [:]

  struct Entry: Equatable {
    var mode: UInt32
    var bytes: [UInt8]
    var attributes: [String: [UInt8]]
    /// The first name, by order, of those that are names of the same file; empty for directories.
    var firstName: [UInt8]
    /// Nanoseconds; nil where it is not compared.
    var modified: Int?
    var user: UInt32
  }

  /// What to look at.
  struct Aspects: OptionSet {
    var rawValue: Int
    static let times = Aspects(rawValue: 1)
    static let directoryTimes = Aspects(rawValue: 2)
    static let links = Aspects(rawValue: 4)
    static let all: Aspects = [.times, .directoryTimes, .links]
  }

  init(of root: String, _ aspects: Aspects = .all) throws {
    let files = Files(root: root)
    var firstNames: [UInt64: [UInt8]] = [:]
    var pending: [[UInt8]] = [[]]
    while let name = pending.popLast() {
      var status = stat()
      try files.check(lstat(files.path(name), &status), "lstat")
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      var entry = Entry(
        mode: status.st_mode, bytes: [], attributes: [:], firstName: [], modified: nil,
        user: status.st_uid)
      if aspects.contains(isDirectory ? .directoryTimes : .times) {
        entry.modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
      }
      if isDirectory {
        for child in files.names(name) {
          pending.append(name.isEmpty ? child : name + [0x2F] + child)
        }
      } else if isLink {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink(files.path(name), &buffer, buffer.count)
        entry.bytes = buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }
      } else if status.st_mode & S_IFMT == S_IFREG {
        entry.bytes = try Self.bytes(files.path(name), Int(status.st_size))
      }
      if !isDirectory && aspects.contains(.links) && status.st_nlink > 1 {
        let inode = UInt64(status.st_ino)
        let first = firstNames[inode].map { earlier($0, name) } ?? name
        firstNames[inode] = first
        entry.firstName = withUnsafeBytes(of: inode) { Array($0) }  // Replaced below.
      }
      if !isLink { entry.attributes = files.attributes(name) }
      entries[name] = entry
    }
    for (name, entry) in entries where !entry.firstName.isEmpty {
      let inode = entry.firstName.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      entries[name]?.firstName = firstNames[inode] ?? []
    }
  }

  /// The first difference, in words; empty for none.
  func difference(from other: Picture) -> String {
    let names = Set(entries.keys).union(other.entries.keys).sorted {
      $0.lexicographicallyPrecedes($1)
    }
    for name in names where entries[name] != other.entries[name] {
      let (a, b) = (entries[name], other.entries[name])
      return "\(String(decoding: name, as: UTF8.self)): \(Self.words(a)) against \(Self.words(b))"
    }
    return ""
  }

  private static func words(_ entry: Entry?) -> String {
    guard let entry else { return "nothing" }
    let mode = String(entry.mode, radix: 8)
    let text = String(decoding: entry.bytes.prefix(40), as: UTF8.self)
    let first = String(decoding: entry.firstName, as: UTF8.self)
    return "\(mode) \(entry.bytes.count) '\(text)' \(entry.attributes) \(first) "
      + "\(entry.modified ?? 0) \(entry.user)"
  }

  private static func bytes(_ path: [CChar], _ size: Int) throws -> [UInt8] {
    let file = open(path, O_RDONLY)
    if file < 0 { return Array("unreadable".utf8) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + done, size - done) }
      if got <= 0 { break }
      done += got
    }
    return bytes
  }
}

private func earlier(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
  a.lexicographicallyPrecedes(b) ? a : b
}
