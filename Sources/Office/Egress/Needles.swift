// Looking for a few byte strings in a stream that comes in pieces.

/// Byte strings to look for in a stream. What may be the beginning of one at the end of a piece is
/// held back until the next piece tells.
package struct Needles: Sendable {
  private let needles: [[UInt8]]
  private var held: [UInt8] = []

  /// Looks for these; none is empty.
  package init(_ needles: [[UInt8]]) {
    precondition(needles.allSatisfy { !$0.isEmpty }, "an empty string is everywhere")
    self.needles = needles
  }

  /// Whether there is nothing to look for.
  var isEmpty: Bool { needles.isEmpty }

  /// Takes a piece, and gives back what is certain by now, with stars in the place of each byte of
  /// each needle, and the number of a needle that was there.
  package mutating func mask(_ piece: [UInt8], isLast: Bool) -> (bytes: [UInt8], found: Int?) {
    if isEmpty { return (piece, nil) }
    var bytes = held + piece
    var found: Int?
    for (number, needle) in needles.enumerated() {
      var from = 0
      while let start = bytes[from...].firstIndex(of: needle[0]) {
        if bytes[start...].starts(with: needle) {
          bytes.replaceSubrange(
            start..<(start + needle.count),
            with: repeatElement(UInt8(ascii: "*"), count: needle.count))
          found = number
        }
        from = start + 1
      }
    }
    let count = isLast ? 0 : unsure(bytes)
    held = Array(bytes.suffix(count))
    bytes.removeLast(count)
    return (bytes, found)
  }

  /// How many bytes at the end may be the beginning of a needle.
  private func unsure(_ bytes: [UInt8]) -> Int {
    let longest = min(bytes.count, (needles.map(\.count).max() ?? 1) - 1)
    for count in stride(from: longest, to: 0, by: -1) {
      let tail = bytes.suffix(count)
      if needles.contains(where: { $0.count > count && $0.starts(with: tail) }) { return count }
    }
    return 0
  }
}
