// Overlays for tests: mounted in a mount namespace of their own, reached through /proc.
import Forks
import Foundation
import Synchronization

/// A shell in user and mount namespaces of its own. What it mounts, only it sees; others may look in
/// through its root directory in /proc.
final class Namespace {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init() throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["unshare", "-Urm", "sh"]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    input.fileHandleForWriting.closeFile()
    process.waitUntilExit()
  }

  /// Runs a command, and says whether it worked.
  @discardableResult
  func run(_ command: String) -> Bool {
    input.fileHandleForWriting.write(Data("\(command) >&2 && echo y || echo n\n".utf8))
    let answer = output.fileHandleForReading.readData(ofLength: 2)
    return answer == Data("y\n".utf8)
  }

  /// Mounts an overlay where its world is, and gives the path to look in at.
  func mount(_ overlay: OverlayMount) throws -> Files {
    let options =
      "userxattr,lowerdir=\(overlay.lower.joined(separator: ":")),"
      + "upperdir=\(overlay.upper),workdir=\(overlay.work)"
    guard run("mount -t overlay overlay -o '\(options)' '\(overlay.target)'") else {
      throw Failure(what: "mount \(options)")
    }
    return Files(root: "/proc/\(process.processIdentifier)/root\(overlay.target)")
  }

  func unmount(_ overlay: OverlayMount) throws {
    guard run("umount '\(overlay.target)'") else { throw Failure(what: "umount") }
  }

  /// Whether this machine lets us mount overlays.
  static let isAvailable: Bool = {
    guard let world = try? World(), let space = try? Namespace(), let fork = try? world.begin(),
      let layer = try? fork.beginLayer("probe"), let mount = try? fork.mount(of: layer),
      let files = try? space.mount(mount)
    else { return false }
    let isWritable = (try? files.write("probe", "probe")) != nil
    try? space.unmount(mount)
    return isWritable && !world.files.exists("probe")
  }()

  static let reason = "overlays in user namespaces are not available here"
}

extension Fork {
  /// Does something in a layer of its own, through a mount, and keeps it.
  @discardableResult
  func step(_ name: String, in space: Namespace, _ work: (Files) throws -> Void) throws -> Layer {
    let layer = try beginLayer(name)
    try self.work(in: layer, space, work)
    try keep(layer)
    return layer
  }

  func work(in layer: Layer, _ space: Namespace, _ work: (Files) throws -> Void) throws {
    let overlay = try mount(of: layer)
    let files = try space.mount(overlay)
    do { try work(files) } catch {
      try space.unmount(overlay)
      throw error
    }
    try space.unmount(overlay)
  }
}
