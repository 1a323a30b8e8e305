// Hashes of contents, by which contents are named and histories are chained.
import Crypto
public import Foundation

/// A SHA-256 hash (FIPS 180-4).
public struct Digest: Sendable, Hashable, Comparable {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// The hash of some bytes.
  public init(of bytes: some DataProtocol) { self.bytes = Array(SHA256.hash(data: bytes)) }

  /// The hash that was kept as 32 bytes, or nil where there are not 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == SHA256.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The hash that 64 hexadecimal digits of lower case say, or nil.
  public init?(_ text: String) {
    guard text.utf8.count == 2 * SHA256.byteCount else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(SHA256.byteCount)
    var high: UInt8?
    for digit in text.utf8 {
      guard let value = hexValue(digit) else { return nil }
      if let upper = high {
        bytes.append(upper << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    self.bytes = bytes
  }

  public static func < (a: Digest, b: Digest) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

  /// A hash of bytes that come in pieces.
  public struct Stream {
    private var hash = SHA256()

    /// A hash of nothing yet.
    public init() {}

    /// Takes the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
      hash.update(bufferPointer: bytes)
    }

    /// The hash of all bytes taken.
    public func finish() -> Digest { Digest(taken: Array(hash.finalize())) }
  }

  private init(taken bytes: [UInt8]) { self.bytes = bytes }
}

extension Digest: CustomStringConvertible, Codable {
  /// 64 hexadecimal digits, lower case.
  public var description: String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { digits in
      for (i, byte) in bytes.enumerated() {
        digits[2 * i] = hexDigit(byte >> 4)
        digits[2 * i + 1] = hexDigit(byte & 15)
      }
      return 2 * bytes.count
    }
  }

  /// Reads hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = Digest(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a digest is 64 hexadecimal digits")
    }
    self = digest
  }

  /// Writes hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

private func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  default: nil
  }
}
