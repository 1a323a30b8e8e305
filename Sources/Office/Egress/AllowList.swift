// The allow-list: decides who may be asked for what. Whatever no rule allows is refused.

/// What somebody in a sandbox wants of the world outside.
public struct Wish: Sendable, Hashable {
  /// The method; `CONNECT` for a tunnel.
  public var method: String
  /// Whom to ask.
  public var host: Host
  /// At which port.
  public var port: Int
  /// By which protocol.
  public var kind: Kind

  /// The ways to ask.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Bytes that only the two ends understand.
    case tunnel
    /// A request for `http://`, in the open.
    case plain
    /// A request for `https://`, for which the proxy itself speaks TLS.
    case secure
  }

  /// A wish.
  public init(method: String, host: Host, port: Int, kind: Kind) {
    self.method = method
    self.host = host
    self.port = port
    self.kind = kind
  }
}

/// A wish that is granted, and how it is carried out.
public struct Route: Sendable, Hashable {
  /// What is granted.
  public var wish: Wish
  /// The rule that allows it.
  public var rule: Rule
  /// The port to connect to.
  public var port: Int
  /// Whether the proxy speaks TLS to the host.
  public var isSecure: Bool
}

/// What comes of a wish.
public enum Decision: Sendable, Hashable {
  case allowed(Route)
  case refused(Refusal)
}

/// Rules; the first that allows a wish is the one that counts.
public struct AllowList: Sendable, Hashable {
  /// The rules, in their order.
  public let rules: [Rule]

  /// A list of rules as `Permissions.reach` has them.
  public init(_ texts: [String]) throws(Rule.Fault) {
    var rules: [Rule] = []
    for text in texts { rules.append(try Rule(text)) }
    self.rules = rules
  }

  /// Decides, as far as that is possible before the host is looked up.
  public func decide(_ wish: Wish) -> Decision {
    let hosts = rules.filter { $0.means(wish.host) }
    if hosts.isEmpty { return .refused(.host(wish.host)) }
    let places = hosts.compactMap { rule in rule.port(for: wish).map { (rule, $0) } }
    if places.isEmpty { return .refused(.port(wish.host, wish.port)) }
    for (rule, port) in places where rule.methods?.contains(wish.method) ?? true {
      let isSecure = wish.kind == .secure || (wish.kind == .plain && rule.isSecured)
      return .allowed(Route(wish: wish, rule: rule, port: port, isSecure: isSecure))
    }
    if wish.kind == .tunnel { return .refused(.hidden(wish.host)) }
    let methods = places.reduce(into: Set()) { $0.formUnion($1.0.methods ?? []) }
    return .refused(.method(wish.method, wish.host, allowed: methods.sorted()))
  }

  /// Of the addresses that a host has, those that its route may lead to.
  public func addresses(_ all: [Address], for route: Route) -> [Address] {
    all.filter { route.rule.admits($0, for: route.wish.host) }
  }
}

extension Rule {
  /// The port to connect to for a wish; nil where the rule does not mean the wish's port.
  fileprivate func port(for wish: Wish) -> Int? {
    switch wish.kind {
    case .plain where isSecured:
      // Whoever is to be spoken to by TLS may be asked for as if by http, at either default port.
      let mine = port ?? 443
      return wish.port == mine || (port == nil && wish.port == 80) ? mine : nil
    case .plain: return wish.port == port ?? 80 ? wish.port : nil
    case .tunnel, .secure: return wish.port == port ?? 443 ? wish.port : nil
    }
  }
}
