// Refusals: why something may not leave, in words that a person or a model can act on.

/// Why something may not leave.
public enum Refusal: Sendable, Hashable {
  /// The request is not of a form that everybody reads alike.
  case malformed(String)
  /// The request has more of something than is allowed.
  case excessive(String)
  /// No rule means the host.
  case host(Host)
  /// No rule means the port of the host.
  case port(Host, Int)
  /// Rules mean the host and port, but not the method.
  case method(String, Host, allowed: [String])
  /// The rules of the host have methods, which nobody can see in a tunnel.
  case hidden(Host)
  /// The host is at an address that the rule does not mean.
  case address(Host, Address)
  /// In the tunnel, another host is asked for than was said outside.
  case serverName(String?, expected: Host)
  /// What is in the tunnel is not TLS.
  case notTLS(Host)
  /// A secret was on its way to someone else.
  case secret(String, to: Host)
  /// A secret was on its way in the open.
  case secretInTheOpen(String, to: Host)
  /// A secret was in a place where none is put in.
  case secretMisplaced(String, place: String)

  /// The status of the answer.
  public var status: Int {
    switch self {
    case .malformed: 400
    case .excessive: 431
    default: 403
    }
  }
}

extension Refusal: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .malformed(let what): "The request is malformed: \(what)."
    case .excessive(let what): "The request has too much of something: \(what)."
    case .host(let host):
      "No rule allows to reach \(host): add it to the hosts that may be reached."
    case .port(let host, let port):
      "Rules allow to reach \(host), but not at port \(port): add '\(host):\(port)'."
    case .method(let method, let host, let allowed):
      "Rules allow \(allowed.joined(separator: ", ")) at \(host), but not \(method)."
    case .hidden(let host):
      "The rules for \(host) name methods, which cannot be seen in a tunnel: "
        + "ask for http://\(host)/ and allow https://\(host), or allow CONNECT."
    case .address(let host, let address):
      "\(host) is at \(address), a \(address.kind.rawValue) address, which the rule does not name."
    case .serverName(let name?, let host):
      "The tunnel is for \(host), but TLS in it asks for \(name)."
    case .serverName(nil, let host): "The tunnel is for \(host), but TLS in it names no host."
    case .notTLS(let host): "The tunnel is for \(host), but what is in it is not TLS."
    case .secret(let name, let host):
      "The secret \(name) may not go to \(host): it is meant for another host."
    case .secretInTheOpen(let name, let host):
      "The secret \(name) goes to \(host) only by TLS: ask for http://\(host)/ and allow "
        + "https://\(host), or name a port with the secret's host."
    case .secretMisplaced(let name, let place):
      "The secret \(name) is in \(place), where it cannot be put in: send it in a header."
    }
  }
}
