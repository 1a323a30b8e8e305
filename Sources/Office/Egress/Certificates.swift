// Which host a certificate is for.
import NIOCore
import NIOSSL

extension NIOSSLClientHandler {
  /// Speaks TLS to a host, which has to prove that it is that host.
  ///
  /// A host that is asked for by its name has to prove its name. NIOSSL would be content with a
  /// certificate for the address that was connected to as well: whoever can forge an answer of DNS
  /// chooses that address, and may well have a certificate for it.
  static func speaking(
    to host: Host, context: NIOSSLContext
  ) throws -> NIOSSLClientHandler {
    guard case .name(let name) = host else {
      return try NIOSSLClientHandler(context: context, serverHostname: nil)
    }
    return try ._makeSSLClientHandler(context: context, serverHostname: name) {
      certificate, channel in
      certificate.isFor(name)
        ? channel.eventLoop.makeSucceededVoidFuture()
        : channel.eventLoop.makeFailedFuture(
          Failure.unreachable(host, "its certificate is for somebody else"))
    }
  }
}

extension NIOSSLCertificate {
  /// Whether one of the names is this one, perhaps with a star for its first part (RFC 9525).
  fileprivate func isFor(_ name: String) -> Bool {
    _subjectAlternativeNames().contains { entry in
      guard entry.nameType == .dnsName else { return false }
      let pattern = String(decoding: Array(entry.contents), as: UTF8.self).lowercased()
      let parent = name.drop { $0 != "." }
      return pattern == name || (!parent.isEmpty && pattern == "*\(parent)")
    }
  }
}
