// Hosts as requests and rules name them, in the one form that is compared.

/// A host: a name in lower case, without a dot at its end, or an address.
public enum Host: Sendable, Hashable {
  case name(String)
  case address(Address)

  /// The host that a text says: a name of letters, digits, `-` and `_`, an address of version 4, or
  /// one of version 6 in brackets.
  ///
  /// Nil for anything else, and for whatever a system might take for an address though it is not
  /// written like one, such as `0x7f.1`, `2130706433` or `127.1`: a name whose last part is a number.
  public init?(_ text: some StringProtocol) {
    if text.hasPrefix("["), text.hasSuffix("]") {
      guard let address = Address(text.dropFirst().dropLast()), address.isLong else { return nil }
      self = .address(address)
    } else if let address = Address(text), !address.isLong {
      self = .address(address)
    } else {
      let lower = text.lowercased()
      let name = lower.hasSuffix(".") ? lower.dropLast() : lower[...]
      let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard name.utf8.count <= 253, let last = labels.last, !isNumber(last),
        labels.allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(isOfName) })
      else { return nil }
      self = .name(String(name))
    }
  }

  /// Whether the host is this machine by definition: `localhost` and all below it (RFC 6761).
  var isLocalName: Bool {
    if case .name(let name) = self {
      name == "localhost" || name.hasSuffix(".localhost")
    } else {
      false
    }
  }
}

extension Host: CustomStringConvertible {
  /// As it stands in an address bar: addresses of version 6 in brackets.
  public var description: String {
    switch self {
    case .name(let name): name
    case .address(let address): address.isLong ? "[\(address)]" : "\(address)"
    }
  }
}

/// A host and perhaps a port: `example.org:8080`.
struct Authority: Sendable, Hashable {
  var host: Host
  var port: Int?

  init?(_ text: some StringProtocol) {
    let end = text.hasPrefix("[") ? text.firstIndex(of: "]").map(text.index(after:)) : nil
    let colon = text[(end ?? text.startIndex)...].firstIndex(of: ":")
    if let end, end != text.endIndex, end != colon { return nil }
    guard let host = Host(text[..<(colon ?? text.endIndex)]) else { return nil }
    self.host = host
    if let colon {
      let digits = text[text.index(after: colon)...].utf8
      guard (1...5).contains(digits.count), digits.allSatisfy(isDigit),
        let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
      else { return nil }
      self.port = port
    }
  }
}

private func isOfName(_ byte: UInt8) -> Bool {
  isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
}

/// Whether systems would read this as a number: digits, or hexadecimal after `0x`.
private func isNumber(_ label: Substring.UTF8View.SubSequence) -> Bool {
  label.allSatisfy(isDigit) || label.starts(with: "0x".utf8)
}

/// Whether a byte is one of `0` to `9`.
func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
