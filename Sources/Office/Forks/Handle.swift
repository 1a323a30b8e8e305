// Open files and directories, and what is done beneath them.
import CSandbox
import Events

/// An open file or directory, closed when nobody holds it any more. Names are relative to it, and no
/// symbolic link is ever followed.
final class Handle: Sendable {
  let descriptor: Int32
  /// Where it was opened: for words only.
  let place: [UInt8]

  private init(_ descriptor: Int32, _ place: [UInt8]) {
    self.descriptor = descriptor
    self.place = place
  }

  deinit { _ = orrery_close(descriptor) }

  /// A directory by an absolute path.
  static func root(_ path: String) throws(ForkError) -> Handle {
    let place = Array(path.utf8)
    let descriptor = orrery_open_root(place + [0])
    if descriptor < 0 { throw .system("open", place, Int(descriptor)) }
    return Handle(descriptor, place)
  }

  /// Opens what is at some names below; empty for the directory itself.
  func open(_ path: [UInt8], _ purpose: orrery_purpose = ORRERY_PLACE, mode: UInt32 = 0o600)
    throws(ForkError) -> Handle
  {
    let descriptor = orrery_open(self.descriptor, path + [0], purpose, mode)
    return Handle(try check(Int(descriptor), "open", path), placed(path))
  }

  /// Opens what is at some names below, or gives nil where nothing (or no directory on the way) is.
  func find(_ path: [UInt8], _ purpose: orrery_purpose = ORRERY_PLACE) throws(ForkError) -> Handle?
  {
    let descriptor = orrery_open(self.descriptor, path + [0], purpose, 0)
    if Self.isAbsence(descriptor) { return nil }
    return Handle(try check(Int(descriptor), "open", path), placed(path))
  }

  /// What stands at a name; nil for nothing.
  func status(_ name: [UInt8] = []) throws(ForkError) -> Status? {
    var status = Status()
    let code = orrery_stat(descriptor, name + [0], &status)
    if Self.isAbsence(code) { return nil }
    try check(Int(code), "stat", name)
    return status
  }

  /// The names in this directory, in the order of their bytes.
  func names() throws(ForkError) -> [[UInt8]] {
    var listing: OpaquePointer?
    try check(Int(orrery_list(descriptor, &listing)), "list", [])
    defer { orrery_list_end(listing) }
    var names: [[UInt8]] = []
    var name: UnsafePointer<UInt8>?
    var count = 0
    while try check(Int(orrery_next(listing, &name, &count)), "list", []) > 0 {
      names.append(Array(UnsafeBufferPointer(start: name, count: count)))
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The target of a symbolic link.
  func target(_ name: [UInt8]) throws(ForkError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = orrery_read_link(descriptor, name + [0], &buffer, buffer.count)
    return Array(buffer.prefix(Int(try check(Int(count), "readlink", name))))
  }

  // MARK: Changes

  func makeDirectory(_ name: [UInt8], mode: UInt32 = 0o700) throws(ForkError) {
    try check(Int(orrery_make_directory(descriptor, name + [0], mode)), "mkdir", name)
  }

  /// Makes a directory where there is none.
  func ensureDirectory(_ name: [UInt8], mode: UInt32 = 0o700) throws(ForkError) {
    if try status(name) == nil { try makeDirectory(name, mode: mode) }
  }

  func makeLink(_ name: [UInt8], to target: [UInt8]) throws(ForkError) {
    try check(Int(orrery_make_link(descriptor, name + [0], target + [0])), "symlink", name)
  }

  func makeWhiteout(_ name: [UInt8]) throws(ForkError) {
    try check(Int(orrery_make_whiteout(descriptor, name + [0])), "mknod", name)
  }

  func hardLink(_ name: [UInt8], to other: Handle, _ newName: [UInt8]) throws(ForkError) {
    let code = orrery_hard_link(descriptor, name + [0], other.descriptor, newName + [0])
    try check(Int(code), "link", name)
  }

  /// Moves a name. Of a directory that its owner may not write, only its owner's right to write is
  /// missing for that: it gets the right for the time of the move.
  func move(
    _ name: [UInt8], to other: Handle, _ newName: [UInt8], _ move: orrery_move = ORRERY_MOVE_OVER
  ) throws(ForkError) {
    func rename() -> Int32 {
      orrery_rename(descriptor, name + [0], other.descriptor, newName + [0], move)
    }
    var code = rename()
    if code == -SystemCode.denied {
      let mine = try status(name)
      let theirs = move == ORRERY_MOVE_EXCHANGE ? try other.status(newName) : nil
      if let mine, mine.isDirectory { try? setMode(name, mine.mode | 0o700) }
      if let theirs, theirs.isDirectory { try? other.setMode(newName, theirs.mode | 0o700) }
      code = rename()
      let (here, there) = code < 0 ? (name, newName) : (newName, name)
      if let mine, mine.isDirectory { try? (code < 0 ? self : other).setMode(here, mine.mode) }
      if let theirs, theirs.isDirectory {
        try? (code < 0 ? other : self).setMode(there, theirs.mode)
      }
    }
    try check(Int(code), "rename", name)
  }

  func unlink(_ name: [UInt8]) throws(ForkError) {
    try check(Int(orrery_unlink(descriptor, name + [0])), "unlink", name)
  }

  func removeDirectory(_ name: [UInt8]) throws(ForkError) {
    try check(Int(orrery_rmdir(descriptor, name + [0])), "rmdir", name)
  }

  func removeTree(_ name: [UInt8]) throws(ForkError) {
    try check(Int(orrery_remove_tree(descriptor, name + [0])), "remove", name)
  }

  func setMode(_ name: [UInt8], _ mode: UInt32) throws(ForkError) {
    try check(Int(orrery_chmod(descriptor, name + [0], mode & 0o7777)), "chmod", name)
  }

  func setOwner(_ name: [UInt8], _ user: UInt32, _ group: UInt32) throws(ForkError) {
    try check(Int(orrery_chown(descriptor, name + [0], user, group)), "chown", name)
  }

  func setModified(_ name: [UInt8], _ nanoseconds: Int64) throws(ForkError) {
    try check(Int(orrery_set_modified(descriptor, name + [0], nanoseconds)), "utimensat", name)
  }

  /// Makes durable what was written into this file or directory.
  func sync() throws(ForkError) {
    let code = orrery_sync(descriptor)
    if code == -SystemCode.badFile {  // It is open as a place only.
      try open([], ORRERY_READ).sync()
    } else {
      try check(Int(code), "fsync", [])
    }
  }

  /// Makes durable everything that was written to this file system.
  func syncAll() throws(ForkError) {
    let file = try open([], ORRERY_READ)
    let code = withExtendedLifetime(file) { orrery_sync_all(file.descriptor) }
    try check(Int(code), "syncfs", [])
  }

  // MARK: Errors

  @discardableResult
  func check(_ code: Int, _ call: String, _ name: [UInt8]) throws(ForkError) -> Int32 {
    if code < 0 { throw .system(call, placed(name), code) }
    return Int32(truncatingIfNeeded: code)
  }

  private func placed(_ name: [UInt8]) -> [UInt8] {
    name.isEmpty ? place : place + [UInt8(ascii: "/")] + name
  }

  /// No such name, or a name on the way is no directory (or a link, which is not followed).
  private static func isAbsence(_ code: Int32) -> Bool {
    code == -SystemCode.noEntry || code == -SystemCode.noDirectory || code == -SystemCode.loop
  }
}

/// Errors of the operating system that mean something here.
enum SystemCode {
  static let noEntry: Int32 = 2
  static let badFile: Int32 = 9
  static let denied: Int32 = 13
  static let exists: Int32 = 17
  static let noDirectory: Int32 = 20
  static let loop: Int32 = 40
}

extension ForkError {
  /// Whether the operating system gave this error.
  func isSystem(_ code: Int32) -> Bool {
    if case .failed(_, _, code) = self { true } else { false }
  }
}
