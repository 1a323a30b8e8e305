// Layers of a fork: what one step did, on top of what was kept before it.

/// What one step does: a directory in the format of overlay file systems, on top of those that were
/// kept when the step began.
public struct Layer: Sendable, Hashable, Codable {
  /// Its number: layers are numbered in the order in which they begin, from 1 on.
  public let number: Int
  /// The step that it belongs to.
  public let step: String
  /// How many layers had been kept when it began (those that were folded into one counted as one).
  public let over: Int
}

/// The directories that an overlay is mounted from: what a launcher needs.
public struct OverlayMount: Sendable, Hashable {
  /// The directories below, the topmost first and the world last.
  public var lower: [String]
  /// Where changes go.
  public var upper: String
  /// What the file system needs for its own work.
  public var work: String
  /// Where the world is, and where the overlay has to be mounted.
  public var target: String

  /// An overlay of these directories.
  public init(lower: [String], upper: String, work: String, target: String) {
    self.lower = lower
    self.upper = upper
    self.work = work
    self.target = target
  }
}
