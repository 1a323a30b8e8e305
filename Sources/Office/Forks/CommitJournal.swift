// The journal of a commit: what is to be done to the world, written down before anything is.
//
// It is a file in the place of the run, and its name says how far the commit is. Each step from one
// name to the next is a single rename, made durable before anything else is done:
//
//   (none)     the fork is open: nothing has been done to the world
//   commit     the world is being changed: after a crash the rest is done
//   committed  the world has it
//   abandon    the world changed meanwhile: what was done is being taken back; then there is no
//              journal any more
//   reverting  the committed run is being taken back
//   undone     it was
//
// The file is the line "orrery commit 1", then the operations, then 32 bytes: the SHA-256 of all bytes
// before. Integers have 8 bytes, the lowest first; strings are their count and their bytes. Each
// operation is its kind, its path, and what its kind needs:
//
//   1 create     the new piece              a file or a whole directory moves from the layer to the
//                                           world
//   2 replace    the old and the new piece  they change places
//   3 remove     the old piece              it moves from the world to undo/<number of the operation>
//   4 link       source, its inode, count of old pieces (0 or 1), the old piece
//                                           a second name of a file that stays in the world; what was
//                                           there goes to undo/<number>
//   5 touch      old and new time           only the time of the last change is other
//   6 directory  old and new attributes (mode, user, group, time, count of attributes, each its name
//                and value)                 set last, when everything in it is as it shall be
//
// A piece is inode, size and time of the last change, and 1 for a directory, of which only the inode
// counts. That survives a rename, and so tells of each operation whether it has been done, however
// often it is looked at.
import CSandbox
import Events

/// How far a commit is; the raw value is the name of the journal.
enum Phase: String, CaseIterable, Sendable {
  case open, commit, committed, abandon, reverting, undone

  /// The phase that the place of a run is in.
  static func of(_ root: Handle) throws(ForkError) -> Phase {
    for phase in allCases where phase != .open {
      if try root.status(phase.name) != nil { return phase }
    }
    return .open
  }

  var name: [UInt8] { Array(rawValue.utf8) }

  var words: String {
    switch self {
    case .open: "has not been committed"
    case .commit: "is in the middle of its commit: recover it first"
    case .committed: "has been committed"
    case .abandon: "is being taken back after a conflict: recover it first"
    case .reverting: "is being undone: recover it first"
    case .undone: "has been undone"
    }
  }
}

/// The operations of a commit, as a file.
struct CommitJournal: Sendable {
  var operations: [Operation]

  private static let head = Array("orrery commit 1\n".utf8)

  init(_ operations: [Operation]) { self.operations = operations }

  /// Writes the journal: from here on the commit will be finished, whatever happens.
  func write(to root: Handle) throws(ForkError) {
    var out = RecordWriter()
    out.bytes = Self.head
    for operation in operations { operation.write(to: &out) }
    try root.writeAll(Phase.commit.name, out.bytes + Digest(of: out.bytes).bytes)
  }

  /// Reads the journal of a phase.
  init(of phase: Phase, in root: Handle) throws(ForkError) {
    let bytes = try root.readAll(phase.name)
    let damage = ForkError.damaged(
      String(decoding: root.place, as: UTF8.self) + "/" + phase.rawValue)
    guard bytes.count >= Self.head.count + 32, bytes.starts(with: Self.head),
      Digest(of: bytes.dropLast(32)).bytes == Array(bytes.suffix(32))
    else { throw damage }
    operations = []
    var record = RecordReader(bytes.dropLast(32).dropFirst(Self.head.count))
    while !record.isAtEnd {
      guard let operation = Operation(from: &record) else { throw damage }
      operations.append(operation)
    }
  }

  /// Goes from one phase to the next: durable when this returns.
  static func advance(_ root: Handle, from: Phase, to: Phase) throws(ForkError) {
    if to == .open {
      try root.unlink(from.name)
    } else {
      try root.move(from.name, to: root, to.name)
    }
    try root.sync()
  }
}
