// Runs the built program as a shell would.
import Foundation

/// A program that has ended.
struct Ended {
  var status: Int32
  var output: String
  var errors: String
}

/// A program that runs once, in a folder that is removed at the end.
final class Program {
  let folder: String
  private let process = Process()
  private let errors = Pipe()

  private let isOwner: Bool

  init() throws {
    isOwner = true
    folder = NSTemporaryDirectory() + "orrery-program-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
  }

  /// One more program in the folder of another.
  init(in folder: String) {
    isOwner = false
    self.folder = folder
  }

  deinit { if isOwner { try? FileManager.default.removeItem(atPath: folder) } }

  /// The program lies where the tests lie.
  private static var url: URL {
    let bundles =
      Bundle.allBundles.map(\.bundleURL) + [
        URL(fileURLWithPath: CommandLine.arguments[0])
      ]
    let tests = bundles.first { $0.pathExtension == "xctest" } ?? bundles[0]
    return tests.deletingLastPathComponent().appendingPathComponent("orrery")
  }

  /// What is in the folder.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// Runs it to its end.
  ///
  /// - Parameter hasReader: whether somebody reads what it writes.
  func run(_ arguments: [String], hasReader: Bool = true) throws -> Ended {
    let outputPath = folder + ".out"
    try Data().write(to: URL(fileURLWithPath: outputPath))
    defer { try? FileManager.default.removeItem(atPath: outputPath) }
    if hasReader {
      process.standardOutput = FileHandle(forWritingAtPath: outputPath)
    } else {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      process.standardOutput = pipe
    }
    try start(arguments)
    return try end(outputPath)
  }

  /// Starts it; its standard output goes nowhere.
  func start(_ arguments: [String]) throws {
    process.executableURL = Self.url
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardError = errors
    try process.run()
  }

  /// Starts it and waits until it has said a word on its standard output; what it reads comes from the
  /// handle that is returned.
  func startTalking(_ arguments: [String], until word: String) throws -> FileHandle {
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try start(arguments)
    var said = ""
    while !said.contains(word) {
      let bytes = output.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      said += String(decoding: bytes, as: UTF8.self)
    }
    return input.fileHandleForWriting
  }

  /// Waits for it to say something.
  func firstWords() -> String {
    String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
  }

  /// Presses Ctrl-C.
  func interrupt() { process.interrupt() }

  /// Kills it, where it still lives.
  func kill() { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }

  /// Waits for the end.
  func end(_ outputPath: String? = nil) throws -> Ended {
    let words = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let output = try outputPath.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } ?? Data()
    return Ended(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: words, as: UTF8.self))
  }
}
