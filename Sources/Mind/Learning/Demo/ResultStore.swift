// Results on the disk, each with what it depends on, so that none is computed twice.
//
// A result is a file of JSON with three members: "key", what it depends on; "seconds", how long it
// took; "result", what came of it. One whose key is another, or that can not be read, counts for
// nothing and is made anew.
import Basics
import Foundation

/// The results of an evaluation in a folder.
public struct ResultStore: Sendable {
  /// Where they lie.
  public let folder: String

  /// A result, and how long it took to make.
  public struct Kept<Value: Codable & Sendable>: Codable, Sendable {
    /// What it depends on.
    public var key: String
    /// How long it took.
    public var seconds: Double
    /// What came of it.
    public var result: Value
  }

  /// The results in a folder, which need not be there yet.
  public init(in folder: String) { self.folder = folder }

  /// The result that was kept under a name, if it depends on the same.
  public func kept<Value: Codable & Sendable>(
    _ name: String, key: String, as type: Value.Type
  ) -> Kept<Value>? {
    guard let data = try? Files.contents(of: path(name)),
      let kept = try? JSON.decoded(Kept<Value>.self, from: data), kept.key == key
    else { return nil }
    return kept
  }

  /// Keeps a result under a name.
  public func keep<Value: Codable & Sendable>(
    _ result: Value, as name: String, key: String, seconds: Double
  ) throws(FileError) {
    try Files.makeFolder((path(name) as NSString).deletingLastPathComponent)
    try Files.write(
      try json(Kept(key: key, seconds: seconds, result: result), for: path(name)), to: path(name))
  }

  /// Writes a value as JSON, without a key.
  public func write(_ value: some Encodable, to name: String) throws(FileError) {
    try Files.makeFolder(folder)
    try Files.write(try json(value, for: path(name)), to: path(name))
  }

  /// Where the result of a name lies; a name may hold the names of folders.
  public func path(_ name: String) -> String { "\(folder)/\(name).json" }

  private func json(_ value: some Encodable, for path: String) throws(FileError) -> [UInt8] {
    do {
      return try JSON.encoded(value)
    } catch {
      throw .unwritable(path: path, reason: "its values can not be said in JSON")
    }
  }
}
