// Extended attributes: what a world has of them, and what overlays keep in them.
import CSandbox
import Events

/// An extended attribute.
struct Attribute: Hashable, Sendable, Comparable {
  var key: [UInt8]
  var value: [UInt8]

  static func < (a: Attribute, b: Attribute) -> Bool { a.key.lexicographicallyPrecedes(b.key) }
}

/// Where an overlay keeps its marks on the files of a layer. What a world has under that name itself
/// is kept one step further in: `user.overlay.overlay.x` in a layer is `user.overlay.x` in the world.
private let marks = Array("user.overlay.".utf8)
private let escaped = Array("user.overlay.overlay.".utf8)
/// The marks that overlays make.
private let kernelMarks = Set(
  [
    "opaque", "redirect", "origin", "impure", "nlink", "upper", "uuid", "metacopy", "protattr",
    "whiteout",
  ].map { marks + Array($0.utf8) })
/// Marks of other overlays, and labels that the system gives to files by where they are.
private let foreign = [Array("trusted.overlay.".utf8), Array("security.selinux".utf8)]

extension Handle {
  /// All attributes as they are stored.
  func storedAttributes(_ name: [UInt8]) throws(ForkError) -> [Attribute] {
    var buffer = [UInt8](repeating: 0, count: 512)
    var count = 0
    while true {
      let needed = orrery_attributes(descriptor, name + [0], &buffer, buffer.count)
      count = Int(try check(Int(needed), "listxattr", name))
      if count <= buffer.count { break }
      buffer = [UInt8](repeating: 0, count: 2 * count)
    }
    var attributes: [Attribute] = []
    var rest = buffer[..<count]
    while rest.count >= 8 {
      let counts = rest.withUnsafeBytes {
        ($0.loadUnaligned(as: UInt32.self), $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      }
      rest = rest.dropFirst(8)
      let key = Array(rest.prefix(Int(counts.0)))
      rest = rest.dropFirst(key.count)
      attributes.append(Attribute(key: key, value: Array(rest.prefix(Int(counts.1)))))
      rest = rest.dropFirst(Int(counts.1))
    }
    return attributes
  }

  /// The attributes that the world has, in order. In a layer those that an overlay escaped are what
  /// they were. The world may have some of its own that are called as an overlay's marks are: a fork
  /// does not see them, and a commit leaves them on directories (`withMarks`).
  func attributes(_ name: [UInt8], inLayer: Bool, withMarks: Bool = false)
    throws(ForkError) -> [Attribute]
  {
    var out: [Attribute] = []
    for var attribute in try storedAttributes(name) {
      if foreign.contains(where: attribute.key.starts(with:)) { continue }
      if attribute.key.starts(with: marks) && !withMarks {
        guard inLayer, attribute.key.starts(with: escaped) else { continue }
        attribute.key = marks + attribute.key.dropFirst(escaped.count)
      }
      out.append(attribute)
    }
    return out.sorted()
  }

  /// Takes an overlay's marks off, so that a file of a layer can become one of the world. It may be
  /// done again after a crash: what got its own name back in the world is no mark, unless the world
  /// itself has attributes that are called exactly as the marks are.
  func removeMarks(_ name: [UInt8]) throws(ForkError) {
    guard let status = try status(name) else { return }
    // Of what nobody may write nobody may change attributes, not even its owner.
    let isClosed = orrery_user() != 0 && status.mode & 0o600 != 0o600
    if isClosed { try setMode(name, status.mode | 0o600) }
    defer { if isClosed { try? setMode(name, status.mode) } }
    for attribute in try storedAttributes(name) where attribute.key.starts(with: marks) {
      if kernelMarks.contains(attribute.key) {
        try removeAttribute(name, attribute.key)
      }
    }
    for attribute in try storedAttributes(name) where attribute.key.starts(with: escaped) {
      try setAttribute(name, marks + attribute.key.dropFirst(escaped.count), attribute.value)
      try removeAttribute(name, attribute.key)
    }
  }

  /// Gives a file or directory exactly these attributes, leaving a layer's marks as they are.
  func setAttributes(_ name: [UInt8], _ attributes: [Attribute], inLayer: Bool) throws(ForkError) {
    let present = try self.attributes(name, inLayer: inLayer, withMarks: !inLayer)
    if present == attributes { return }
    func stored(_ key: [UInt8]) -> [UInt8] {
      inLayer && key.starts(with: marks) ? escaped + key.dropFirst(marks.count) : key
    }
    for old in present where !attributes.contains(where: { $0.key == old.key }) {
      try removeAttribute(name, stored(old.key))
    }
    for new in attributes where !present.contains(new) {
      try setAttribute(name, stored(new.key), new.value)
    }
  }

  /// Whether a directory of a layer hides what lies below it.
  func isOpaque(_ name: [UInt8]) -> Bool {
    var value: UInt8 = 0
    return orrery_attribute(descriptor, name + [0], "user.overlay.opaque", &value, 1) == 1
      && value == UInt8(ascii: "y")
  }

  func setOpaque(_ name: [UInt8]) throws(ForkError) {
    try setAttribute(name, marks + "opaque".utf8, [UInt8(ascii: "y")])
  }

  func removeOpaque(_ name: [UInt8]) throws(ForkError) {
    if isOpaque(name) { try removeAttribute(name, marks + "opaque".utf8) }
  }

  /// Marks a file of a layer as one that was in the world before, as overlays do.
  func setOrigin(_ name: [UInt8]) throws(ForkError) {
    try setAttribute(name, marks + "origin".utf8, [])
  }

  /// Whether a file of a layer was in the world when it was first written to.
  func hasOrigin(_ name: [UInt8]) -> Bool {
    var value: UInt8 = 0
    let count = orrery_attribute(descriptor, name + [0], "user.overlay.origin", &value, 0)
    return count >= 0
  }

  func setAttribute(_ name: [UInt8], _ key: [UInt8], _ value: [UInt8]) throws(ForkError) {
    let code = orrery_set_attribute(descriptor, name + [0], key + [0], value, value.count)
    try check(Int(code), "setxattr", name)
  }

  private func removeAttribute(_ name: [UInt8], _ key: [UInt8]) throws(ForkError) {
    let code = orrery_remove_attribute(descriptor, name + [0], key + [0])
    try check(Int(code), "removexattr", name)
  }
}

/// What a directory is besides what lies in it.
struct DirectoryAttributes: Hashable, Sendable {
  var mode: UInt32
  var user: UInt32
  var group: UInt32
  var modified: Int64
  var attributes: [Attribute]
}

extension Handle {
  func directoryAttributes(_ name: [UInt8], inLayer: Bool, withMarks: Bool = false)
    throws(ForkError) -> DirectoryAttributes
  {
    guard let status = try status(name) else { throw absent(name) }
    return DirectoryAttributes(
      mode: status.mode & 0o7777, user: status.user, group: status.group,
      modified: status.modified,
      attributes: try attributes(name, inLayer: inLayer, withMarks: withMarks))
  }

  /// Gives a directory these attributes. The time comes last: whatever else is set changes none.
  func setDirectoryAttributes(_ name: [UInt8], _ new: DirectoryAttributes, inLayer: Bool)
    throws(ForkError)
  {
    guard let status = try status(name) else { throw absent(name) }
    if status.user != new.user || status.group != new.group {
      try setOwner(name, new.user, new.group)
    }
    try setAttributes(name, new.attributes, inLayer: inLayer)
    if status.mode & 0o7777 != new.mode || status.user != new.user || status.group != new.group {
      try setMode(name, new.mode)
    }
    if status.modified != new.modified { try setModified(name, new.modified) }
  }

  /// The error of something that has to be there and is not.
  func absent(_ name: [UInt8]) -> ForkError {
    .system("stat", place + [UInt8(ascii: "/")] + name, -Int(SystemCode.noEntry))
  }
}
