// Addresses of the Internet protocol: how they are written, and what kind of place each is.
import Foundation

/// An address of the Internet protocol, version 4 or 6.
public struct Address: Sendable, Hashable {
  /// Four bytes or sixteen, as they go over the wire.
  public let bytes: [UInt8]

  /// The address that has these bytes; nil where there are neither four nor sixteen.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// The address in its strict form: `192.0.2.7` or `2001:db8::7`. Nil for anything else, such as
  /// octal, hexadecimal, shortened and zoned forms.
  public init?(_ text: some StringProtocol) {
    let text = String(text)
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  /// Whether this is an address of version 6.
  public var isLong: Bool { bytes.count == 16 }
}

extension Address: CustomStringConvertible {
  public var description: String {
    if !isLong { return bytes.map(String.init).joined(separator: ".") }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = bytes.withUnsafeBytes {
      inet_ntop(AF_INET6, $0.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN))
    }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension Address {
  /// What kind of place an address is.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// On the Internet: the only kind that a name may lead to unasked.
    case global = "public"
    /// This machine.
    case loopback
    /// A network that is not the Internet.
    case inner = "private"
    /// The same wire.
    case linkLocal = "link-local"
    /// Where clouds hand credentials to their machines.
    case metadata = "cloud metadata"
    /// Many at once.
    case multicast
    /// None at all, which systems take for this machine.
    case unspecified
    /// Set aside: documentation, tests, tunnels, the future.
    case reserved
  }

  /// The kind. An address that carries one of version 4 is of the kind of that one, whatever way a
  /// gateway would take it: mapped (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056).
  public var kind: Kind { isLong ? longKind : Self.shortKind(bytes) }

  /// From IANA's registry of special-purpose addresses (RFC 6890), and what clouds use.
  private static func shortKind(_ a: [UInt8]) -> Kind {
    if metadata.contains(a) { return .metadata }
    switch (a[0], a[1], a[2]) {
    case (0, _, _): return .unspecified
    case (127, _, _): return .loopback
    case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): return .inner
    case (169, 254, _): return .linkLocal
    case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113):
      return .reserved
    case (224...239, _, _): return .multicast
    case (240..., _, _): return .reserved
    default: return .global
    }
  }

  /// Amazon, Google, Azure and others; Alibaba; Azure's wire server; Oracle.
  private static let metadata: Set<[UInt8]> = [
    [169, 254, 169, 254], [169, 254, 170, 2], [100, 100, 100, 200], [168, 63, 129, 16],
    [192, 0, 0, 192],
  ]

  private var longKind: Kind {
    let tail = Array(bytes[12...])
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
      return Self.shortKind(tail)
    }
    if bytes[..<12].allSatisfy({ $0 == 0 }) {
      return tail == [0, 0, 0, 0] ? .unspecified : tail == [0, 0, 0, 1] ? .loopback : .reserved
    }
    if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B]) {
      return bytes[4..<12].allSatisfy { $0 == 0 } ? Self.shortKind(tail) : .reserved
    }
    if bytes == [0xFD, 0x00, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54] {
      return .metadata
    }
    switch (bytes[0], bytes[1]) {
    case (0xFE, 0x80...0xBF): return .linkLocal
    case (0xFE, 0xC0...0xFF), (0xFC...0xFD, _): return .inner
    case (0xFF, _): return .multicast
    case (0x20, 0x02): return Self.shortKind(Array(bytes[2..<6]))
    case (0x20, 0x01) where bytes[2] < 2: return .reserved  // Teredo, and protocols of the IETF
    case (0x20, 0x01) where bytes[2] == 0x0D && bytes[3] == 0xB8: return .reserved
    case (0x3F, 0xFF) where bytes[2] < 0x10: return .reserved
    case (0x20...0x3F, _): return .global
    default: return .reserved
    }
  }
}
