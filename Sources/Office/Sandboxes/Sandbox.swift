// Commands that nobody trusts, run where they can do no harm.
public import Events
public import Forks
import Foundation
import Glibc

/// Runs commands inside of forks: isolated, bounded, observed.
///
/// A command sees the merged world at its own place, read-only directories of the system, an empty home,
/// and a /tmp of its own; it has namespaces of its own for processes, mounts, the network and the rest,
/// and no right that files do not need. Every write goes to the upper directory of the fork, or vanishes
/// with the command. When it ends, or is stopped, all of its processes are dead before `run` returns.
public struct Sandbox: Sendable {
  /// Which layers of isolation this machine has.
  public let report: SandboxReport
  private let programs: Invocation.Programs
  private let system: System
  private let groups: ControlGroups?

  /// A sandbox for this machine, whose layers are tried once for real; it takes some milliseconds.
  ///
  /// - Parameter note: a file in which it is remembered that they were, for as long as nothing changes.
  public init(remembering note: String? = nil) throws(SandboxError) {
    try self.init(runningAs: nil, withGroups: true, note: note)
  }

  /// Which layers of isolation this machine has, whether or not they are enough.
  public static func layers() -> SandboxReport { Probe(runningAs: nil, withGroups: true).report }

  /// A sandbox whose commands run as an ordinary user, although we are root, or without control groups,
  /// although there are some: for tests of both.
  package init(runningAs user: UInt32?, withGroups: Bool, note: String? = nil) throws(SandboxError)
  {
    let probe = Probe(runningAs: user, withGroups: withGroups, note: note)
    if let obstacle = probe.report.obstacle { throw obstacle }
    guard let programs = probe.programs else {
      throw .missing(.bubblewrap, reason: "it was not found")
    }
    report = probe.report
    system = probe.system
    groups = probe.groups
    self.programs = programs
  }

  /// Runs a command in a fork, and waits until nothing of it is left.
  ///
  /// There is no network but the command's own loopback. Where a proxy is wanted, `proxy` gets a socket
  /// that listens on that loopback, and owns it from then on; the usual variables tell the command of it.
  /// `output` is told of whole lines as they come, on a thread of its own, and should be quick.
  ///
  /// A cancelled task kills the command at once.
  public func run(
    _ command: Command, in mount: OverlayMount, limits: Limits = Limits(),
    permissions: Permissions = Permissions(), proxy: (@Sendable (Int32) -> Void)? = nil,
    output: (@Sendable (ProcessStream, ArraySlice<UInt8>) -> Void)? = nil
  ) async throws(SandboxError) -> ProcessOutcome {
    try Self.check(mount)
    let group: ControlGroups.Group?
    do {
      group = try groups?.make(limits)
    } catch {
      throw .launch(
        stage: "the control group",
        reason: "\(error.path): \(String(cString: strerror(error.number)))")
    }
    defer { if let group { groups?.remove(group) } }
    let order = Supervision.Order(
      invocation: Invocation(
        command, in: mount, limits: limits, permissions: permissions, hasProxy: proxy != nil,
        groups: group?.doors ?? [], programs: programs, system: system),
      inheritsInput: command.inheritsInput, limits: limits, upper: mount.upper, groups: groups,
      group: group, proxy: proxy, listener: output, canceller: Canceller())
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: supervise(order)) }
      }
    } onCancel: {
      order.canceller.ring()
    }.get().outcome
  }

  /// Refuses worlds that are a part of what a sandbox consists of.
  private static func check(_ mount: OverlayMount) throws(SandboxError) {
    let world = mount.target
    guard world.hasPrefix("/"), !world.hasSuffix("/"), !world.contains("//"),
      !world.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
    else { throw .refused("'\(world)' is no absolute path of a directory") }
    for place in System.reserved + ["/tmp", "/opt", home] where place.isPath(within: world) {
      throw .refused("'\(world)' can not be a world: a sandbox needs its own '\(place)'")
    }
    for place in ["/proc", "/sys", home] where world.isPath(within: place) {
      throw .refused("'\(world)' can not be a world: it lies in '\(place)'")
    }
    for directory in mount.lower + [mount.upper, mount.work, world] {
      guard let status = status(of: directory), status.st_mode & S_IFMT == S_IFDIR else {
        throw .refused("'\(directory)' is no directory")
      }
    }
  }
}

/// Supervises a command on this thread.
func supervise(_ order: Supervision.Order) -> Result<Supervision.Report, SandboxError> {
  do throws(SandboxError) {
    var supervision = try Supervision(order)
    return .success(try supervision.run())
  } catch {
    return .failure(error)
  }
}
