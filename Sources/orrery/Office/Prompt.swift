// Questions at the terminal.
import Foundation

/// Questions at the terminal.
enum Prompt {
  /// Whether there is a person at the terminal who can be asked.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Asks a question that is answered by yes or no. The end of the input is a no.
  static func yes(_ question: String) -> Bool {
    while true {
      guard let answer = line("\(question) [y/n] ")?.lowercased() else { return false }
      if ["y", "yes"].contains(answer) { return true }
      if ["n", "no"].contains(answer) { return false }
    }
  }

  /// Asks for a line; nil at the end of the input.
  static func line(_ prompt: String) -> String? {
    try? FileHandle.standardError.write(contentsOf: Data(prompt.utf8))
    tcflush(STDIN_FILENO, TCIFLUSH)
    return readLine(strippingNewline: true)?.trimmingCharacters(in: .whitespaces)
  }
}
