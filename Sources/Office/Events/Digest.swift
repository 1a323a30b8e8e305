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

  /// The hash that 64 hexadecimal digits say, or nil.
  public init?(_ text: String) {
    let digits = text.utf8.map { $0 | 0x20 }
    guard digits.count == 2 * SHA256.byteCount else { return nil }
    var bytes: [UInt8] = []
    for i in stride(from: 0, to: digits.count, by: 2) {
      guard let high = hexDigits.firstIndex(of: digits[i]),
        let low = hexDigits.firstIndex(of: digits[i + 1])
      else { return nil }
      bytes.append(UInt8(high << 4 | low))
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
    String(
      decoding: bytes.flatMap { [hexDigits[Int($0 >> 4)], hexDigits[Int($0 & 15)]] }, as: UTF8.self)
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

private let hexDigits = Array("0123456789abcdef".utf8)
