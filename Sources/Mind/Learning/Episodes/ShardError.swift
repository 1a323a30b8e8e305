// What can be wrong with a file of episodes, as values that read as one sentence.
public import Tensors

/// Why a file of episodes is not believed.
public enum ShardError: Error, Sendable, Equatable {
  /// The file could not be read.
  case file(FileError)
  /// It is no safetensors file, or was cut short.
  case container(SafetensorsError)
  /// Its bytes are not those that were written.
  case damaged(path: String, stored: UInt32, found: UInt32)
  /// It is sound, but not a file of episodes of this version.
  case foreign(path: String, reason: String)
  /// What it says of itself does not agree with what it holds.
  case inconsistent(path: String, reason: String)
}

extension ShardError: CustomStringConvertible {
  /// One sentence: what is wrong, and what would be right.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .container(let error): error.description
    case .damaged(let path, let stored, let found):
      "\(path) is damaged: its checksum says \(Self.hex(stored)), its bytes \(Self.hex(found))."
    case .foreign(let path, let reason): "\(path) is not a file of episodes: \(reason)."
    case .inconsistent(let path, let reason): "\(path) contradicts itself: \(reason)."
    }
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
