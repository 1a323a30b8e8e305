// What a command says on standard output.
import Basics
import Foundation
import Learning

/// Standard output, as a file that can fail.
enum Output {
  /// Writes a text and a line feed.
  static func say(_ text: String) throws(FileError) {
    try Files.write(Array((text + "\n").utf8), to: STDOUT_FILENO, named: "standard output")
  }

  /// Writes a value as a line of JSON.
  static func say(json value: some Encodable) throws {
    try Files.write(try JSON.encoded(value), to: STDOUT_FILENO, named: "standard output")
  }
}
