// Checks in one line, as a command line has them.
public import Events

/// Why a text is no check.
public struct CheckError: Error, Hashable {
  /// What is wrong, and what would be right.
  public var reason: String
}

extension Check {
  /// The check that a text says: `exists:PATH`, `absent:PATH`, `contains:PATH:TEXT`, `equals:PATH:TEXT`,
  /// `run:COMMAND`; a text with no such word before a colon is a command that must succeed.
  public init(_ text: String) throws(CheckError) {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    let rest = parts.dropFirst().joined(separator: ":")
    switch parts[0] {
    case "exists" where parts.count > 1: self = .exists(try Self.path(rest))
    case "absent" where parts.count > 1: self = .absent(try Self.path(rest))
    case "contains" where parts.count > 2:
      self = .contains(try Self.path(parts[1]), text: String(parts[2]))
    case "equals" where parts.count > 2:
      self = .equals(try Self.path(parts[1]), text: String(parts[2]))
    case "contains" where parts.count > 1, "equals" where parts.count > 1:
      throw CheckError(reason: "'\(text)' lacks a text: write \(parts[0]):PATH:TEXT")
    case "run" where parts.count > 1: self = .succeeds(command: rest)
    default:
      guard text.contains(where: { !$0.isWhitespace }) else {
        throw CheckError(reason: "an empty check says nothing; write exists:PATH or a command")
      }
      self = .succeeds(command: text)
    }
  }

  private static func path(_ text: some StringProtocol) throws(CheckError) -> Path {
    guard let path = Path(text), !path.isRoot else {
      throw CheckError(
        reason: "'\(text)' is no path within the directory: write it relative, without '..'")
    }
    return path
  }
}
