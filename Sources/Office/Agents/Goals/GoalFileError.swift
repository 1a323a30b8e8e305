// What is wrong with a goal file, and where.

/// What is wrong with a goal file, and where.
public struct GoalFileError: Error, Hashable, CustomStringConvertible {
  /// The line, from 1 on; 0 where it is the file as a whole.
  public var line: Int
  /// What is wrong, and what would be right.
  public var reason: String

  /// Something wrong on a line, or (0) with the file as a whole.
  public init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }

  public var description: String { line > 0 ? "line \(line): \(reason)" : reason }
}
