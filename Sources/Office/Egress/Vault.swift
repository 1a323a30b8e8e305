// The vault: secrets, what stands for them in a sandbox, and the one host that each may go to.

/// Secrets by the names of environment variables. A command gets placeholders for their values, and
/// the proxy puts the values in, on the way to the host of each and nowhere else.
public struct Vault: Sendable {
  /// What each variable is in the sandbox.
  public let placeholders: [String: String]
  private let entries: [Entry]

  private struct Entry: Sendable {
    var name: String
    var placeholder: [UInt8]
    var value: Secret
    var place: Authority

    /// Why the secret may not go along a route; nil where it may.
    func refusal(for route: Route) -> Refusal? {
      guard route.wish.host == place.host, place.port ?? route.port == route.port else {
        return .secret(name, to: route.wish.host)
      }
      // Without TLS anybody on the way can read along, so a port must say that this is meant.
      if route.isSecure || place.port != nil { return nil }
      return .secretInTheOpen(name, to: route.wish.host)
    }
  }

  /// Why there is no vault for some secrets.
  public enum Fault: Error, Hashable, CustomStringConvertible {
    case missing(String)
    case unusable(String)
    case host(String, secret: String)

    public var description: String {
      switch self {
      case .missing(let name): "The secret \(name) has no value: set the variable \(name)."
      case .unusable(let name):
        "The value of the secret \(name) cannot stand in a header: it must have 8 to 8,192 bytes "
          + "and no line breaks or other control characters."
      case .host(let host, let name):
        "'\(host)' for the secret \(name) is no host: write 'example.org', perhaps with ':port'."
      }
    }
  }

  /// A vault without secrets.
  public init() {
    placeholders = [:]
    entries = []
  }

  /// A vault for secrets as `Permissions.secrets` has them, from the names of variables to hosts,
  /// with values from an environment.
  public init(
    _ secrets: [String: String], environment: [String: String],
    random: inout some RandomNumberGenerator
  ) throws(Fault) {
    var entries: [Entry] = []
    for (name, host) in secrets.sorted(by: { $0.key < $1.key }) {
      guard let value = environment[name] else { throw .missing(name) }
      guard (8...8_192).contains(value.utf8.count),
        value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else { throw .unusable(name) }
      guard let place = Authority(host) else { throw .host(host, secret: name) }
      let random = (0..<Placeholder.random).map { _ in
        Placeholder.letters[Int(random.next(upperBound: UInt64(Placeholder.letters.count)))]
      }
      entries.append(
        Entry(
          name: name, placeholder: Placeholder.start + random, value: Secret(value), place: place))
    }
    self.entries = entries
    placeholders = Dictionary(
      uniqueKeysWithValues: entries.map {
        ($0.name, String(decoding: $0.placeholder, as: UTF8.self))
      })
  }

  /// Whether there is nothing to guard.
  public var isEmpty: Bool { entries.isEmpty }

  /// What came of putting secrets into some bytes.
  package enum Filling {
    /// The bytes with values in them, and the names of those.
    case filled([UInt8], names: Set<String>)
    /// A secret that may not go there.
    case refused(Refusal)
  }

  /// Puts values in the place of placeholders, on the way to a host.
  package func fill(_ bytes: [UInt8], for route: Route) -> Filling {
    var out: [UInt8] = []
    var names: Set<String> = []
    var rest = bytes[...]
    while let (entry, range) = first(in: rest) {
      if let refusal = entry.refusal(for: route) { return .refused(refusal) }
      out += rest[..<range.lowerBound] + entry.value.bytes
      names.insert(entry.name)
      rest = rest[range.upperBound...]
    }
    return .filled(names.isEmpty ? bytes : out + rest, names: names)
  }

  /// The name of a secret whose placeholder is among some bytes.
  func name(in bytes: [UInt8]) -> String? { first(in: bytes[...])?.entry.name }

  /// What must not come back from a host: the values of the secrets that may go there.
  func values(for route: Route) -> Needles {
    Needles(entries.filter { $0.refusal(for: route) == nil }.map(\.value.bytes))
  }

  /// What stands for secrets.
  var needles: Needles { Needles(entries.map(\.placeholder)) }

  /// Why the secret that a needle stands for may not be in a place where none is put in.
  func refusal(ofNeedle number: Int, in place: String, for route: Route) -> Refusal {
    entries[number].refusal(for: route)
      ?? .secretMisplaced(entries[number].name, place: place)
  }

  private func first(in bytes: ArraySlice<UInt8>) -> (entry: Entry, range: Range<Int>)? {
    if isEmpty { return nil }
    var from = bytes.startIndex
    while let start = bytes[from...].firstIndex(of: Placeholder.start[0]) {
      let end = start + Placeholder.length
      guard end <= bytes.endIndex else { return nil }
      if let entry = entries.first(where: { bytes[start..<end].elementsEqual($0.placeholder) }) {
        return (entry, start..<end)
      }
      from = start + 1
    }
    return nil
  }
}

/// How placeholders look: a fixed beginning, so that people see what they are, and 128 bits that
/// nobody guesses.
private enum Placeholder {
  static let start = Array("orrery-secret-".utf8)
  static let letters = Array("0123456789abcdefghijklmnopqrstuv".utf8)
  static let random = 26
  static var length: Int { start.count + random }
}
