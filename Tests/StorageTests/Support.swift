// What the tests of the storage share: a folder, events, and our own programs.
import Basics
import Events
import Foundation

/// A folder that is removed at the end.
final class Folder: Sendable {
  let path = NSTemporaryDirectory() + "orrery-storage-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// What events are made of here.
enum Samples {
  static let run = RunID(bits: 1_700_000_000_000 << 20)
  static let time = Timestamp(microseconds: 1_700_000_000_000_000)
  static let goal = Goal(title: "a title", directory: "/a/directory", steps: [])

  /// The receipt of a step whose outputs have these names.
  static func receipt(output: Digest, errors: Digest = Digest(of: [])) -> Event.Body {
    .executed(
      step: "s",
      Outcome(
        ending: .exited(0), effects: EffectSummary(of: []),
        output: .init(digest: output, kept: 1, written: 1),
        errors: .init(digest: errors, kept: 0, written: 0), seconds: 0.5))
  }
}

/// A program of ours that runs beside the tests.
struct Program {
  let process = Process()
  let output = Pipe()

  /// Starts `orrery-durable`, perhaps by another program.
  init(_ arguments: [String], by launcher: [String] = []) throws {
    let command = launcher + [Self.path] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardOutput = output
    process.standardError = FileHandle.standardError
    try process.run()
  }

  /// It lies where the tests lie.
  static var path: String {
    let bundles =
      Bundle.allBundles.map(\.bundleURL) + [URL(fileURLWithPath: CommandLine.arguments[0])]
    let tests = bundles.first { $0.pathExtension == "xctest" } ?? bundles[0]
    return tests.deletingLastPathComponent().appendingPathComponent("orrery-durable").path
  }

  /// What it says until it ends.
  func end() throws -> [String] {
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
