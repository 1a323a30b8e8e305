// A value that nobody is to see.

/// A secret. Whatever describes, dumps or prints it shows that it is one, and nothing else.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// What only the way to its host may read.
  let bytes: [UInt8]

  /// The secret that a text is.
  public init(_ text: String) { bytes = Array(text.utf8) }

  public var description: String { "<secret>" }
  /// The same as the description.
  public var debugDescription: String { description }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
