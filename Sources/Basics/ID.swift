// Names that machines give.

/// A name of a `Thing`, unlike any other: 64 bits, ordered by when it was made.
///
/// The upper 44 bits are milliseconds since 1970, the lower 20 are random, so that a list sorted by
/// name is a list sorted by age. In words it is 13 characters of Crockford's base 32, lower case.
public struct ID<Thing>: Sendable, Hashable, Comparable {
  /// The bits of the name.
  public let bits: UInt64

  /// The name that has these bits.
  public init(bits: UInt64) { self.bits = bits }

  /// A new name, made at a time (milliseconds since 1970).
  public init(at milliseconds: Int64, random: inout some RandomNumberGenerator) {
    precondition(milliseconds >= 0, "\(milliseconds) ms lie before 1970")
    bits = UInt64(milliseconds) << 20 | random.next(upperBound: UInt64(1 << 20))
  }

  /// The name that these words say, or nil.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == 13 else { return nil }
    var bits: UInt64 = 0
    for (i, letter) in text.utf8.enumerated() {
      guard let digit = alphabet.firstIndex(of: letter), i > 0 || digit < 16 else { return nil }
      bits = bits << 5 | UInt64(digit)
    }
    self.bits = bits
  }

  public static func < (a: ID, b: ID) -> Bool { a.bits < b.bits }
}

extension ID: CustomStringConvertible, Codable {
  public var description: String {
    String(
      decoding: (0..<13).reversed().map { alphabet[Int(bits >> (5 * $0) & 31)] }, as: UTF8.self)
  }

  /// Reads the words of a name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let id = ID(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is no name of 13 letters and digits")
    }
    self = id
  }

  /// Writes the words of a name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// Crockford's base 32: no i, l, o or u.
private let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
