// What can be wrong with a checkpoint, as values that read as one sentence.
public import Networks
import Tensors

/// Why a run can not go on from its checkpoint.
public enum CheckpointsError: Error, Sendable, Equatable {
  /// A file can not be read.
  case file(FileError)
  /// There is no checkpoint in the folder.
  case nothing(folder: String)
  /// The parameters or the optimizer's state do not fit, are not numbers, or were cut short.
  case badPart(path: String, CheckpointError)
  /// The state is not the JSON that is expected, or one that no run can be in.
  case badState(path: String)
  /// The checkpoint is sound for all we know, but not one of the training that is asked for.
  case otherRun(folder: String)
}

extension CheckpointsError: CustomStringConvertible {
  /// One sentence: what is wrong, and what would be right.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .nothing(let folder):
      "There is no checkpoint in \(folder): \"orrery train\" writes some."
    case .badPart(_, .file(let error)): error.description
    case .badPart(let path, let error): "\(path) does not fit: \(error)"
    case .badState(let path): "\(path) is not the state of a run of this program."
    case .otherRun(let folder):
      "\(folder) holds a training of another world, seed or plan, or a damaged one: choose another "
        + "folder."
    }
  }
}
