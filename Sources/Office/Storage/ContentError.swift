// What can go wrong with contents, as values that read as one sentence.
public import Events

/// A content that could not be stored or read.
public enum ContentError: Error, Sendable, Hashable {
  /// The store has no content of this hash.
  case absent(Digest)
  /// What lies there is not what was stored.
  case damaged(Digest)
  /// The disk did not do what it was asked.
  case unavailable(path: String, reason: String)
}

extension ContentError: CustomStringConvertible {
  /// One sentence: what could not be done, and why.
  public var description: String {
    switch self {
    case .absent(let digest): "There is no content \(digest)."
    case .damaged(let digest): "The content \(digest) is damaged."
    case .unavailable(let path, let reason): "\(path) can not be read or written: \(reason)."
    }
  }
}
