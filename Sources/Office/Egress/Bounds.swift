// How much of everything one proxy stands.

/// How much of everything one proxy stands. What goes beyond is refused, or ends.
public struct Bounds: Sendable, Hashable {
  /// Bytes of the head of a request or a response.
  public var headBytes = 32_768
  /// Connections at a time; further ones wait to be accepted.
  public var connections = 256
  /// Bytes that one request or tunnel may carry, each way.
  public var bytes = 16 << 30
  /// Bytes of a body into which secrets are put; longer ones are passed on as they come, and
  /// refused when a placeholder turns up.
  public var bodyBytes = 1 << 20
  /// Seconds in which nothing moves, after which a connection is closed.
  public var idleSeconds = 300.0
  /// Seconds that a client has for the head of a request, from the end of the one before.
  public var headSeconds = 30.0
  /// Seconds that connecting may take.
  public var connectSeconds = 10.0
  /// Seconds that requests get to come to their end when the proxy stops.
  public var graceSeconds = 5.0

  /// Bounds that nobody notices who means well.
  public init() {}
}
