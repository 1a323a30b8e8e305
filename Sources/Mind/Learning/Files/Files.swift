// Whole files and folders: written beside and renamed, so that nobody ever sees half of one.
public import Foundation

/// Reads and writes whole files.
public enum Files {
  /// The ending of a file or a folder that is still being written. Whoever finds one may ignore it.
  public static let unfinished = ".unfinished"

  /// The bytes of a file, mapped into memory where the system can.
  public static func contents(of path: String) throws(FileError) -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missing(path: path)
    }
    if isFolder.boolValue { throw .unreadable(path: path, reason: "it is a folder") }
    guard access(path, R_OK) == 0 else { throw .unreadable(path: path, reason: systemReason()) }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw .unreadable(path: path, reason: "the system could not map it")
    }
  }

  /// Writes a whole file beside its place, waits for the disk, and renames it into its place.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let beside = path + unfinished
    do throws(FileError) {
      var file = try OutputFile(creating: beside)
      try file.write(bytes)
      try file.synchronize()
      try move(beside, to: path)
    } catch {
      remove(beside)
      throw error
    }
  }

  /// Writes all of `bytes` to an open file.
  ///
  /// - Parameter name: what an error calls the file.
  public static func write(
    _ bytes: [UInt8], to descriptor: Int32, named name: String
  ) throws(FileError) {
    var left = bytes[...]
    while !left.isEmpty {
      let count = left.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .unwritable(path: name, reason: systemReason()) }
      left = left.dropFirst(count)
    }
  }

  /// Renames a file or a folder, and waits until the renaming is on the disk.
  public static func move(_ source: String, to target: String) throws(FileError) {
    guard rename(source, target) == 0 else {
      throw .unwritable(path: target, reason: systemReason())
    }
    let folder = open(parent(of: target), O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// The folder that a file or a folder is in. (Foundation's `deletingLastPathComponent` traps on
  /// Linux where the path is a single letter.)
  private static func parent(of path: String) -> String {
    let above = path.split(separator: "/").dropLast().joined(separator: "/")
    if path.hasPrefix("/") { return "/" + above }
    return above.isEmpty ? "." : above
  }

  /// Removes a file, if there is one.
  static func remove(_ path: String) { unlink(path) }

  /// Removes a folder with all that is in it, if there is one.
  static func removeAll(_ path: String) {
    // What can not be removed makes the next step fail, which says why.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Makes the folder at `path`, and those above it, where they are not there yet.
  public static func makeFolder(_ path: String) throws(FileError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw .unwritable(path: path, reason: "there is a file of that name, not a folder")
      }
      guard access(path, W_OK) == 0 else {
        throw .unwritable(path: path, reason: systemReason())
      }
      return
    }
    let parent = parent(of: path)
    if parent != path { try makeFolder(parent) }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .unwritable(path: path, reason: systemReason())
    }
  }

  /// The names in the folder at `path`, sorted.
  public static func names(in path: String) throws(FileError) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missing(path: path)
    }
    guard isFolder.boolValue else {
      throw .unreadable(path: path, reason: "it is a file, not a folder")
    }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw .unreadable(path: path, reason: "its entries could not be listed")
    }
  }
}
