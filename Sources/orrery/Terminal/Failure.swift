// The one place where errors become words and exit statuses.
import Agents
import ArgumentParser
import Egress
import Environments
import Events
import Forks
import Foundation
import Learning
import Networks
import Sandboxes
import Storage
import Tensors

/// What the program says to the shell. Numbers from 64 on are those of BSD's sysexits; those before are
/// how a run can end that was not committed.
enum ExitStatus: Int32 {
  case success = 0
  /// A step could not be done.
  case failed = 1
  /// It claimed to be done, and the world says otherwise.
  case refuted = 3
  /// What it did lacks permission.
  case denied = 4
  /// The world had changed meanwhile.
  case conflicted = 5
  /// A person has to look.
  case needsReconciliation = 6
  case usage = 64
  case badInput = 65
  case missingInput = 66
  /// Something that the machine does not have, or that is busy.
  case unavailable = 69
  case fileSystem = 74
  /// It can go on later: a budget is exhausted, or a question is open.
  case later = 75
  /// Ended by Ctrl-C: 128 and the number of the signal.
  case interrupted = 130
}

/// An end of the command other than success, said in one sentence.
struct Failure: Error {
  var status: ExitStatus
  var sentence: String

  /// Ends the program for this reason.
  static func exit(with error: any Error) -> Never {
    // Whoever ends with a status has said why.
    if let ended = error as? ExitCode { Foundation.exit(ended.rawValue) }
    let code = Orrery.exitCode(for: error).rawValue
    if error is Failure == false, status(of: error) == nil {
      // Help and version are errors to the parser, and go to standard output.
      if code == 0 { Orrery.exit(withError: error) }
      report(Orrery.message(for: error))
      Foundation.exit(code == EXIT_FAILURE ? EXIT_FAILURE : ExitStatus.usage.rawValue)
    }
    let failure = error as? Failure
    report(failure?.sentence ?? "\(error)")
    Foundation.exit((failure?.status ?? status(of: error) ?? .badInput).rawValue)
  }

  private static func report(_ sentence: String) {
    let line = sentence.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    FileHandle.standardError.write(Data("orrery: \(line)\n".utf8))
  }

  /// The exit status for an error of ours; nil for one of somebody else.
  private static func status(of error: any Error) -> ExitStatus? {
    switch error {
    case let error as FileError:
      if case .missing = error { .missingInput } else { .fileSystem }
    case let error as SafetensorsError:
      if case .unreadable = error { .fileSystem } else { .badInput }
    case ShardError.file(let error): status(of: error)
    case ShardError.container(let error): status(of: error)
    case is ShardError: .badInput
    case EpisodeStoreError.file(let error): status(of: error)
    case EpisodeStoreError.shard(let error): status(of: error)
    case EpisodeStoreError.empty(_, nil): .missingInput
    case is EpisodeStoreError: .badInput
    case CollectorError.file(let error): status(of: error)
    case is CollectorError: .badInput
    case CheckpointsError.file(let error): status(of: error)
    case CheckpointsError.nothing: .missingInput
    case CheckpointsError.badPart(_, .file(let error)): status(of: error)
    case is CheckpointsError: .badInput
    case is WarehouseRecordsError: .badInput
    case is SandboxError: .unavailable
    case WorkspaceError.unisolated: .unavailable
    case is WorkspaceError: .fileSystem
    case ForkError.conflict: .conflicted
    case ForkError.noPlace: .unavailable
    case is ForkError, is JournalError, is ContentError: .fileSystem
    case is RunMachineError, is Rule.Fault, is Vault.Fault: .badInput
    default: nil
    }
  }
}
