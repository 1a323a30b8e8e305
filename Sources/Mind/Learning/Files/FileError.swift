// What can go wrong with files, as values that read as one sentence.

/// A file or a folder that could not be used.
public enum FileError: Error, Sendable, Hashable {
  /// There is nothing at `path`.
  case missing(path: String)
  /// What is at `path` could not be read.
  case unreadable(path: String, reason: String)
  /// `path` could not be written.
  case unwritable(path: String, reason: String)
}

extension FileError: CustomStringConvertible {
  /// One sentence: what could not be done, and why.
  public var description: String {
    switch self {
    case .missing(let path): "There is no file or folder at \(path)."
    case .unreadable(let path, let reason): "\(path) could not be read: \(reason)."
    case .unwritable(let path, let reason): "\(path) could not be written: \(reason)."
    }
  }
}
