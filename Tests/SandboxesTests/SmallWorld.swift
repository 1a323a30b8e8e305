// Small worlds with forks of them, and the sandboxes to run commands in.
import Events
import Forks
import Foundation
import Glibc
import Sandboxes
import Testing

/// A sandbox as one kind of user has it.
struct Setting: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var sandbox: Sandbox
  /// The user, where that is not ours.
  var user: UInt32?
  var isRoot: Bool { user == nil && geteuid() == 0 }

  /// As we are, with control groups where they are; and, where we are root, as an ordinary user without.
  /// Empty where this machine can not isolate: then everything here is skipped.
  static let all: [Setting] = {
    var out: [Setting] = []
    if let sandbox = try? Sandbox() {
      let name = geteuid() == 0 ? "root" : "an ordinary user"
      out.append(Setting(testDescription: name, sandbox: sandbox, user: nil))
    }
    if geteuid() == 0, let nobody = try? Sandbox(runningAs: 65_534, withGroups: false) {
      out.append(Setting(testDescription: "nobody", sandbox: nobody, user: 65_534))
    }
    return out
  }()

  /// Why everything is skipped, if it is.
  static let obstacle = Sandbox.layers().obstacle?.description ?? ""
}

/// A directory with a fork of it, gone when this is.
final class SmallWorld {
  let folder: String
  let mount: OverlayMount
  let setting: Setting
  var world: String { mount.target }

  /// A world of these files, by their paths.
  init(_ setting: Setting, files: [String: String] = [:]) throws {
    self.setting = setting
    folder = FileManager.default.temporaryDirectory.path + "/orrery-test-\(UUID().uuidString)"
    mount = OverlayMount(
      lower: [folder + "/world"], upper: folder + "/upper", work: folder + "/work",
      target: folder + "/world")
    for directory in mount.lower + [mount.upper, mount.work] {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      if let user = setting.user { chown(directory, user, user) }
    }
    for (path, text) in files { try write(text, to: "world/" + path) }
  }

  deinit {
    chmod(mount.work + "/work", 0o700)
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Writes a file of the folder, as the user of the setting.
  func write(_ text: String, to path: String) throws {
    let file = folder + "/" + path
    let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    if let user = setting.user {
      chown(directory, user, user)
      chown(file, user, user)
    }
  }

  /// A file of the folder; nil where there is none.
  func read(_ path: String) -> String? {
    try? String(contentsOfFile: folder + "/" + path, encoding: .utf8)
  }

  /// Runs a line of the shell in the fork.
  func run(
    _ line: String, limits: Limits = Limits(seconds: 60), permissions: Permissions = Permissions()
  ) async throws -> ProcessOutcome {
    try await setting.sandbox.run(
      .shell(line), in: mount, limits: limits, permissions: permissions)
  }

  /// What a line of the shell prints in the fork, errors and all, without the last end of line.
  func says(_ line: String, permissions: Permissions = Permissions()) async throws -> String {
    let outcome = try await run("{ \(line)\n} 2>&1", permissions: permissions)
    let text = String(decoding: outcome.output.bytes + outcome.errors.bytes, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
