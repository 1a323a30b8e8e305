// Patterns of paths.

/// A pattern of paths: `?` is any one byte and `*` any run of bytes but slashes, `[a-z]` and `[!a-z]`
/// one byte of (or outside of) a set, `**` any number of whole names, and `\` takes the next byte as
/// it is. A pattern that ends in `/` means everything below.
public struct Glob: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The pattern as it was written.
  public let pattern: String

  /// The pattern, or nil where it is empty, absolute, has `.` or `..` for a name, or an open `[`.
  public init?(_ pattern: String) {
    let whole = pattern.hasSuffix("/") ? pattern + "**" : pattern
    let names = whole.utf8.split(separator: slash, omittingEmptySubsequences: false).map(Array.init)
    guard names.allSatisfy({ !$0.isEmpty && $0 != [dot] && $0 != [dot, dot] && isClosed($0) })
    else { return nil }
    self.pattern = whole
  }

  /// The pattern that means one path alone, which is not the root and valid UTF-8; bytes that are not
  /// stand for any.
  public init(exactly path: Path) {
    let special = Set("*?[\\".utf8)
    var bytes: [UInt8] = []
    for byte in path.bytes {
      if special.contains(byte) { bytes.append(escape) }
      bytes.append(byte)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    pattern = text.replacing("\u{FFFD}", with: "*")
  }

  /// Whether a path is meant.
  public func matches(_ path: Path) -> Bool {
    matchNames(pattern.utf8.split(separator: slash).map(Array.init)[...], path.names[...])
  }

  public var description: String { pattern }

  /// Reads a pattern, and refuses what is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let glob = Glob(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is no pattern of paths: write it relative to the directory")
    }
    self = glob
  }

  /// Writes the pattern.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(pattern)
  }
}

private let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")
private let star = UInt8(ascii: "*")
private let escape = UInt8(ascii: "\\")
private let opening = UInt8(ascii: "[")
private let closing = UInt8(ascii: "]")
private let dash = UInt8(ascii: "-")

private func isClosed(_ name: [UInt8]) -> Bool {
  var i = 0
  while i < name.count {
    if name[i] == escape {
      i += 1
    } else if name[i] == opening {
      guard let end = name[(i + 1)...].dropFirst().firstIndex(of: closing) else { return false }
      i = end
    }
    i += 1
  }
  return true
}

/// Matches names against names. Both run over what they have once for every `**`, with the last one
/// tried again on failure: linear in the product of the lengths, whatever the pattern.
private func matchNames(_ pattern: ArraySlice<[UInt8]>, _ names: ArraySlice<ArraySlice<UInt8>>)
  -> Bool
{
  var p = pattern.startIndex
  var n = names.startIndex
  var retry: (p: Int, n: Int)?
  while n < names.endIndex {
    if p < pattern.endIndex, pattern[p] == [star, star] {
      retry = (p + 1, n)
      p += 1
    } else if p < pattern.endIndex, matchBytes(pattern[p][...], names[n]) {
      p += 1
      n += 1
    } else if let again = retry {
      retry = (again.p, again.n + 1)
      p = again.p
      n = again.n + 1
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == [star, star] }
}

/// Matches one name, in the same way.
private func matchBytes(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
  var p = pattern.startIndex
  var n = name.startIndex
  var retry: (p: Int, n: Int)?
  while n < name.endIndex {
    if p < pattern.endIndex, pattern[p] == star {
      retry = (p + 1, n)
      p += 1
    } else if let next = matchOne(pattern, at: p, name[n]) {
      p = next
      n += 1
    } else if let again = retry {
      retry = (again.p, again.n + 1)
      p = again.p
      n = again.n + 1
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == star }
}

/// Where the pattern goes on after one byte, or nil where it does not mean that byte.
private func matchOne(_ pattern: ArraySlice<UInt8>, at p: Int, _ byte: UInt8) -> Int? {
  guard p < pattern.endIndex else { return nil }
  switch pattern[p] {
  case UInt8(ascii: "?"): return p + 1
  case escape where p + 1 < pattern.endIndex: return pattern[p + 1] == byte ? p + 2 : nil
  case opening:
    guard let end = pattern[(p + 1)...].dropFirst().firstIndex(of: closing) else { return nil }
    var set = pattern[(p + 1)..<end]
    let isInverted = set.first == UInt8(ascii: "!") && set.count > 1
    if isInverted { set = set.dropFirst() }
    var isIn = false
    var i = set.startIndex
    while i < set.endIndex {
      if i + 2 < set.endIndex, set[i + 1] == dash {
        isIn = isIn || (set[i] <= byte && byte <= set[i + 2])
        i += 3
      } else {
        isIn = isIn || set[i] == byte
        i += 1
      }
    }
    return isIn != isInverted ? end + 1 : nil
  default: return pattern[p] == byte ? p + 1 : nil
  }
}
