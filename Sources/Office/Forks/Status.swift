// What a file system says of a file.
import CSandbox
import Events

/// What stat says, with times as nanoseconds since 1970.
typealias Status = orrery_status

extension Status {
  var format: UInt32 { mode & 0o170000 }
  var isDirectory: Bool { format == 0o040000 }
  var isFile: Bool { format == 0o100000 }
  var isLink: Bool { format == 0o120000 }

  /// How an overlay says that what lies below is gone: a character device 0:0.
  var isWhiteout: Bool { format == 0o020000 && special == 0 }

  /// Permission bits, with set-user-ID, set-group-ID and sticky.
  var permissions: UInt16 { UInt16(mode & 0o7777) }

  /// The kind of node, or what it is in words where a world can not have it.
  var kind: Result<Node.Kind, Foreign> {
    switch format {
    case 0o100000: .success(.file)
    case 0o040000: .success(.directory)
    case 0o120000: .success(.link)
    case 0o140000: .failure(Foreign(what: "a socket"))
    case 0o010000: .failure(Foreign(what: "a named pipe"))
    default: .failure(Foreign(what: "a device"))
    }
  }

  /// What a world can not have.
  struct Foreign: Error { var what: String }

  /// Which file this is and which bytes it has, as far as that can be told without reading it. It
  /// survives a rename.
  var identity: Identity { Identity(inode: inode, size: size, modified: modified) }
}

/// A file, told from others and from its own earlier and later contents.
struct Identity: Hashable, Sendable {
  var inode: UInt64
  var size: Int64
  var modified: Int64
}
