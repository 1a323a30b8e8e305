// What a command says on standard output.
import Foundation
import Learning

/// Standard output, as a file that can fail.
enum Output {
  /// Writes a text and a line feed.
  static func say(_ text: String) throws(FileError) {
    let bytes = Array((text + "\n").utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        write(STDOUT_FILENO, buffer.baseAddress! + written, buffer.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw .unwritable(
          path: "standard output", reason: String(cString: strerror(errno)).lowercased())
      }
      written += count
    }
  }

  /// Writes a value as a line of JSON.
  static func say(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try say(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
