// Rules of the allow-list: which hosts may be reached, at which ports, to do what.

/// A rule of the allow-list:
///
///     example.org               reads and writes, at the ports of http and https
///     *.example.org             everything below it, itself not
///     example.org:8443          at one port
///     GET,HEAD example.org      to do only this
///     https://api.example.org   requests for http are sent on by TLS
///
/// A tunnel hides what is done in it: a rule with methods allows one only where `CONNECT` is among
/// them.
public struct Rule: Sendable, Hashable {
  /// Which methods; nil for all.
  public let methods: Set<String>?
  /// Which hosts.
  public let hosts: Hosts
  /// Which port; nil for the one that the protocol has by default.
  public let port: Int?
  /// Whether requests for http are sent on by TLS.
  public let isSecured: Bool
  /// The rule as it was written.
  public let text: String

  /// Hosts that a rule means.
  public enum Hosts: Sendable, Hashable {
    /// This one.
    case exactly(Host)
    /// All whose names end in a dot and this.
    case below(String)
  }

  /// Why a text is no rule.
  public enum Fault: Error, Hashable, CustomStringConvertible {
    case empty
    case method(String, rule: String)
    case host(String, rule: String)
    case everything(rule: String)
    case scheme(String, rule: String)
    case parts(rule: String)

    public var description: String {
      switch self {
      case .empty: "A rule is empty: write a host, such as 'example.org'."
      case .method(let method, let rule):
        "'\(method)' in the rule '\(rule)' is no method: write some such as 'GET,HEAD example.org'."
      case .host(let host, let rule):
        "'\(host)' in the rule '\(rule)' is no host: write 'example.org', '*.example.org', "
          + "'192.0.2.7' or '[2001:db8::7]', each perhaps with ':port', and without a path."
      case .everything(let rule): "The rule '\(rule)' means every host: name those that are needed."
      case .scheme(let scheme, let rule):
        "'\(scheme)' in the rule '\(rule)' is unknown: only 'https://' can stand before a host."
      case .parts(let rule):
        "The rule '\(rule)' has too many parts: write methods with commas, a space, and one host."
      }
    }
  }

  /// Reads a rule.
  public init(_ text: String) throws(Fault) {
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard let last = parts.last else { throw .empty }
    guard parts.count <= 2 else { throw .parts(rule: text) }
    self.text = parts.joined(separator: " ")
    methods = parts.count == 2 ? try Self.methods(parts[0], rule: text) : nil

    var place = last
    if let slashes = last.firstRange(of: "://") {
      let scheme = last[..<slashes.lowerBound].lowercased()
      guard scheme == "https" else { throw .scheme(scheme, rule: text) }
      place = last[slashes.upperBound...]
    }
    isSecured = place.startIndex != last.startIndex
    if place == "*" || place.hasPrefix("*:") { throw .everything(rule: text) }
    let isBelow = place.hasPrefix("*.")
    let base = isBelow ? place.dropFirst(2) : place
    guard let authority = Authority(base) else { throw .host(String(place), rule: text) }
    port = authority.port
    switch authority.host {
    case .name(let name) where isBelow: hosts = .below(name)
    case .address where isBelow: throw .host(String(place), rule: text)
    case let host: hosts = .exactly(host)
    }
  }

  private static func methods(_ list: Substring, rule: String) throws(Fault) -> Set<String> {
    var methods: Set<String> = []
    for method in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard !method.isEmpty, method.utf8.allSatisfy(isOfToken) else {
        throw .method(String(method), rule: rule)
      }
      methods.insert(method.uppercased())
    }
    return methods
  }

  /// Whether a host is meant.
  public func means(_ host: Host) -> Bool {
    switch (hosts, host) {
    case (.exactly(let one), _): one == host
    case (.below(let end), .name(let name)): name.hasSuffix(".\(end)")
    case (.below, .address): false
    }
  }

  /// Whether the rule lets its host be at an address of this kind: those of the Internet always,
  /// others only where the rule leaves no doubt that they are meant.
  ///
  /// A name is no more than what somebody's server answers, and may lead anywhere tomorrow. So one
  /// with a port may mean a private network, but this machine only by its own name (`localhost` and
  /// below), and the places where credentials are handed out only by their address.
  func admits(_ address: Address, for host: Host) -> Bool {
    if address.kind == .global { return true }
    guard port != nil else { return false }
    switch (hosts, address.kind) {
    case (.exactly(.address(let named)), _): return named == address
    case (_, .loopback): return host.isLocalName
    case (.exactly(.name), .inner): return true
    default: return false
    }
  }
}
