// Sockets to listen on, for sandboxes that share the network of this machine, and for tests.
public import Foundation

/// A socket that listens at a port of this machine, which nobody else can reach.
public struct Listener: ~Copyable {
  private let socket: CInt
  /// The port.
  public let port: Int

  /// Listens at a port that is free.
  public init() throws(POSIXError) {
    #if os(Linux)
      let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let socket = Foundation.socket(AF_INET, kind, 0)
    guard socket >= 0 else { throw Self.fault }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && listen(socket, 128) == 0
          && getsockname(socket, $0, &length) == 0
      }
    }
    guard isBound else {
      let fault = Self.fault
      close(socket)
      throw fault
    }
    self.socket = socket
    port = Int(UInt16(bigEndian: place.sin_port))
  }

  /// The descriptor, for whoever takes the socket over.
  public consuming func take() -> CInt {
    let socket = socket
    discard self
    return socket
  }

  deinit { close(socket) }

  private static var fault: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
