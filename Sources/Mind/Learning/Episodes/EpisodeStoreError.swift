// What can be wrong with a folder of episodes, as values that read as one sentence.

/// Why a folder of episodes, or one of its files, can not be used.
public enum EpisodeStoreError: Error, Sendable, Equatable {
  /// The folder could not be read.
  case file(FileError)
  /// One of the files is not believed.
  case shard(ShardError)
  /// Two files hold episodes of different worlds or columns.
  case different(path: String, other: String)
  /// There is no sound file in the folder; what is wrong with the first, if there is one.
  case empty(folder: String, damaged: String?)
}

extension EpisodeStoreError: CustomStringConvertible {
  /// One sentence: what is wrong, and what would be right.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .shard(let error): error.description
    case .different(let path, let other):
      "\(path) has other columns than \(other): keep the episodes of different worlds apart."
    case .empty(let folder, nil):
      "There are no episodes in \(folder): \"orrery collect\" makes some."
    case .empty(let folder, let damaged?):
      "None of the files of episodes in \(folder) is sound. The first: \(damaged)"
    }
  }
}
