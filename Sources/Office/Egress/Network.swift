// The network outside: how names are looked up and connections made.
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The network outside, as a proxy uses it.
public struct Network: Sendable {
  /// Looks up the addresses of a name. It is asked once for each request.
  public var resolve: @Sendable (String) async throws -> [Address]
  /// Who vouches for hosts that are spoken to by TLS.
  public var authorities: Authorities

  /// Who vouches for hosts.
  public enum Authorities: Sendable, Hashable {
    /// Whom the system trusts.
    case system
    /// Those in a file, as PEM.
    case file(String)
  }

  /// The network of this machine.
  public init(
    authorities: Authorities = .system,
    resolve: @escaping @Sendable (String) async throws -> [Address] = Network.look(up:)
  ) {
    self.authorities = authorities
    self.resolve = resolve
  }

  /// Asks the system for the addresses of a name. Names that mean this machine (RFC 6761) are
  /// answered here, as systems do not all know them.
  public static func look(up name: String) async throws -> [Address] {
    if Host.name(name).isLocalName {
      return [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]].compactMap {
        Address(bytes: $0)
      }
    }
    return try await NIOThreadPool.singleton.runIfActive { try askSystem(name) }
  }
}

private func askSystem(_ name: String) throws(Failure) -> [Address] {
  var hints = addrinfo()
  hints.ai_protocol = CInt(IPPROTO_TCP)
  var first: UnsafeMutablePointer<addrinfo>?
  let code = getaddrinfo(name, nil, &hints, &first)
  guard code == 0 else {
    throw .unreachable(
      .name(name), "its name has no address: \(String(cString: gai_strerror(code)))")
  }
  defer { freeaddrinfo(first) }
  var addresses: [Address] = []
  var next = first
  while let info = next?.pointee {
    let bytes: [UInt8]? =
      switch info.ai_family {
      case AF_INET:
        info.ai_addr?.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
        }
      case AF_INET6:
        info.ai_addr?.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
        }
      default: nil
      }
    if let address = bytes.flatMap(Address.init(bytes:)), !addresses.contains(address) {
      addresses.append(address)
    }
    next = info.ai_next
  }
  return addresses
}

/// Makes connections to addresses that were checked.
final class Dialer: Sendable {
  private let authorities: Network.Authorities
  private let bounds: Bounds
  private let known = Mutex<NIOSSLContext?>(nil)

  init(authorities: Network.Authorities, bounds: Bounds) {
    self.authorities = authorities
    self.bounds = bounds
  }

  /// Connects to the first address that takes it, and begins TLS where the route says so.
  func dial(_ addresses: [Address], for route: Route) async throws -> Wire {
    let host = route.wish.host
    let context = route.isSecure ? try self.context() : nil
    var fault = "it has no address"
    for address in addresses.prefix(4) {
      do {
        let place = try SocketAddress(ipAddress: "\(address)", port: route.port)
        return try await connect(to: place) { channel in
          if let context {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler.speaking(to: host, context: context))
          }
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        fault = "\(address) takes no connection (\(error))"
      }
    }
    throw Failure.unreachable(host, fault)
  }

  /// Connects; a cancelled task does not wait for it.
  private func connect(
    to place: SocketAddress, prepare: @escaping @Sendable (any Channel) throws -> Void
  ) async throws -> Wire {
    let attempt = Attempt()
    let bounds = self.bounds
    return try await withTaskCancellationHandler {
      try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connectTimeout(.seconds(bounds.connectSeconds))
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .connect(to: place) { channel in
          channel.eventLoop.makeCompletedFuture {
            attempt.begin(channel)
            try prepare(channel)
            try channel.closeWhenIdle(forSeconds: bounds.idleSeconds)
            return try channel.wire()
          }
        }
    } onCancel: {
      attempt.cancel()
    }
  }

  /// What TLS needs, read from the system once.
  private func context() throws -> NIOSSLContext {
    try known.withLock { known in
      if let known { return known }
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      configuration.shutdownTimeout = .milliseconds(1_000)
      configuration.applicationProtocols = ["http/1.1"]
      if case .file(let path) = authorities { configuration.trustRoots = .file(path) }
      let made = try NIOSSLContext(configuration: configuration)
      known = made
      return made
    }
  }
}

/// An attempt to connect, which can be given up at any time.
private final class Attempt: Sendable {
  private let state = Mutex<(channel: (any Channel)?, isCancelled: Bool)>((nil, false))

  func begin(_ channel: any Channel) {
    let isCancelled = state.withLock {
      $0.channel = channel
      return $0.isCancelled
    }
    if isCancelled { channel.close(promise: nil) }
  }

  func cancel() {
    let channel = state.withLock {
      $0.isCancelled = true
      return $0.channel
    }
    channel?.close(promise: nil)
  }
}
