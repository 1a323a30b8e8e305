// A headless Chromium that opens a page from a file.
import Foundation

/// A page in a folder of its own, which is removed at the end, and the browser to open it with.
final class Browser {
  private static let program = [
    "/usr/bin/chromium", "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ].first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Whether there is a browser on this machine.
  static var isHere: Bool { program != nil }

  private let folder: URL
  private let isKept: Bool

  /// Puts the page into a file: `ORRERY_PAGES` names a folder to keep it in, for looking at it.
  init(showing page: String) throws {
    let kept = ProcessInfo.processInfo.environment["ORRERY_PAGES"].map(URL.init(fileURLWithPath:))
    isKept = kept != nil
    folder = kept ?? FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(page.utf8).write(to: folder.appending(path: "report.html"))
  }

  deinit { if !isKept { try? FileManager.default.removeItem(at: folder) } }

  /// The document after the page has checked itself, and what the console complained of.
  func check() throws -> (document: String, complaints: [Substring]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program ?? "/usr/bin/chromium")
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run",
      "--user-data-dir=\(folder.appending(path: "profile").path)", "--window-size=390,900",
      "--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom",
      folder.appending(path: "report.html").absoluteString + "#check",
    ]
    let output = folder.appending(path: "document.html")
    let errors = folder.appending(path: "console.txt")
    for file in [output, errors] {
      try Data().write(to: file)
    }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let document = try String(contentsOf: output, encoding: .utf8)
    let console = try String(contentsOf: errors, encoding: .utf8)
    return (document, console.split(separator: "\n").filter { $0.contains("CONSOLE") })
  }
}
