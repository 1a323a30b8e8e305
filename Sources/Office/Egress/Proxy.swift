// The proxy: the only way out of a sandbox.
import NIOCore
import NIOPosix

/// A forward proxy for HTTP/1.1 (RFC 9110, RFC 9112) that lets out what its gateway allows: tunnels
/// by `CONNECT`, and requests for whole addresses.
///
/// The sandbox it serves has no network but a socket, on which the proxy listens from outside: a
/// socket belongs to the network it was made in, and so do the connections that it accepts.
///
/// Every head is read strictly and written anew, every body is cut out and framed anew, and every
/// request has a connection of its own to its host: there is nothing to smuggle another one in. Nothing is
/// cached.
public struct Proxy: Sendable {
  private let gateway: Gateway
  private let door = Door()

  /// A proxy that lets out what a gateway allows.
  public init(_ gateway: Gateway) { self.gateway = gateway }

  /// Serves whoever connects to a listening socket, which it takes over and closes in the end.
  ///
  /// Returns after `stop()`, when the last request has come to its end. A task that is cancelled ends
  /// everything at once.
  public func run(on socket: CInt) async throws {
    let bounds = gateway.bounds
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .bind(socket) { [door] channel in
        channel.eventLoop.makeCompletedFuture {
          do {
            try channel.closeWhenIdle(forSeconds: bounds.idleSeconds)
            try door.enter(channel)
          } catch {
            // Nobody else does it for a channel that does not come in.
            channel.close(promise: nil)
            throw error
          }
          return channel
        }
      }
    door.open(server.channel)
    try await server.executeThenClose { visitors in
      await withTaskGroup(of: Void.self) { group in
        var count = 0
        do {
          for try await channel in visitors {
            if count == bounds.connections {
              await group.next()
              count -= 1
            }
            group.addTask { await serve(channel) }
            count += 1
          }
        } catch {
          // The listener failed, so nobody comes any longer: the same as its end.
        }
        if Task.isCancelled { door.clear() }
        let end = server.channel.eventLoop.scheduleTask(in: .seconds(bounds.graceSeconds)) {
          door.clear()
        }
        await group.waitForAll()
        end.cancel()
      }
    }
    await door.sweep()
  }

  /// Lets nobody in any longer. What is under way gets some time to come to its end.
  public func stop() { door.close() }

  private func serve(_ channel: any Channel) async {
    do {
      try await door.take(channel)?.executeThenClose { input, output in
        var visit = Visit(
          gateway: gateway, door: door, channel: channel, output: output,
          reader: WireReader(input))
        await visit.serve()
      }
    } catch {
      // Whatever there is to tell has been told: this is a connection that was gone already.
    }
  }
}
