// Names of files in a world.

/// Where something is in a world: names from its root, separated by `/`; the root itself is empty.
///
/// A name is bytes, not text: a file system takes any but `/` and zero. In JSON a path that is valid
/// UTF-8 is a string, and any other an object `{"bytes": "<hexadecimal>"}`, so that nothing is lost.
public struct Path: Sendable, Hashable, Comparable {
  /// The names, separated by slashes.
  public let bytes: [UInt8]

  /// The root of a world.
  public static let root = Path(trusted: [])

  /// A path of a world: relative, of at most 4,095 bytes, without empty names, `.`, `..` or zeros.
  /// Nil for anything else.
  public init?(bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count < 4_096, !bytes.contains(0) else { return nil }
    let names = bytes.split(separator: slash, omittingEmptySubsequences: false)
    guard bytes.isEmpty || names.allSatisfy({ !$0.isEmpty && $0 != [dot] && $0 != [dot, dot] })
    else { return nil }
    self.bytes = bytes
  }

  /// The path that a text says, with the same conditions.
  public init?(_ text: some StringProtocol) { self.init(bytes: text.utf8) }

  private init(trusted bytes: [UInt8]) { self.bytes = bytes }

  /// Whether this is the root.
  public var isRoot: Bool { bytes.isEmpty }

  /// The last name; empty for the root.
  public var name: ArraySlice<UInt8> {
    bytes.lastIndex(of: slash).map { bytes[($0 + 1)...] } ?? bytes[...]
  }

  /// The names, from the root on.
  public var names: [ArraySlice<UInt8>] { bytes.split(separator: slash) }

  /// Where this lies in; nil for the root.
  public var parent: Path? {
    if isRoot { return nil }
    return Path(trusted: bytes.lastIndex(of: slash).map { Array(bytes[..<$0]) } ?? [])
  }

  /// A path one name further down. The name has no slash and no zero.
  public func appending(_ name: some Collection<UInt8>) -> Path {
    precondition(!name.isEmpty && !name.contains(slash), "'\(name)' is no name of a file")
    return Path(trusted: isRoot ? Array(name) : bytes + [slash] + name)
  }

  /// Whether this is another path, or lies below it.
  public func isWithin(_ other: Path) -> Bool {
    other.isRoot || bytes == other.bytes
      || (bytes.count > other.bytes.count && bytes.starts(with: other.bytes)
        && bytes[other.bytes.count] == slash)
  }

  /// Ordered so that a directory comes directly before what lies in it.
  public static func < (a: Path, b: Path) -> Bool {
    a.bytes.lazy.map { $0 == slash ? 0 : $0 }
      .lexicographicallyPrecedes(b.bytes.lazy.map { $0 == slash ? 0 : $0 })
  }
}

extension Path: CustomStringConvertible, Codable {
  /// The path for people: control characters, backslashes and bytes that are no UTF-8 as `\xNN`.
  public var description: String {
    var text = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      // A character is at most four bytes long; the shortest valid beginning is the next one.
      let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
      let piece = rest.prefix(length ?? 1)
      rest = rest.dropFirst(piece.count)
      let scalar = String(decoding: piece, as: UTF8.self).unicodeScalars.first
      if length != nil, let scalar, scalar.value >= 0x20, scalar != "\\",
        !(0x7F...0x9F).contains(scalar.value)
      {
        text.unicodeScalars.append(scalar)
      } else {
        text += piece.map { "\\x" + hexadecimal($0) }.joined()
      }
    }
    return text
  }

  /// Reads a path in either of its forms.
  public init(from decoder: any Decoder) throws {
    let path: Path?
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      path = Path(text)
    } else {
      let digits = try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .bytes)
      path = unhexadecimal(digits).flatMap { Path(bytes: $0) }
    }
    guard let path else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a path is relative, and has no empty names, '.' or '..'"))
    }
    self = path
  }

  /// Writes a path: as a string where it is one.
  public func encode(to encoder: any Encoder) throws {
    if let text = String(validating: bytes, as: UTF8.self) {
      var container = encoder.singleValueContainer()
      try container.encode(text)
    } else {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(bytes.map(hexadecimal).joined(), forKey: .bytes)
    }
  }

  private enum Keys: CodingKey { case bytes }
}

private let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")

private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

private func unhexadecimal(_ text: String) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
    UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
  }
  return bytes.count * 2 == digits.count ? bytes : nil
}
