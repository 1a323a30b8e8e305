// Where runs are kept.
import ArgumentParser
import Basics
import Events
import Foundation
import Storage

/// Where runs are kept.
struct StateOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where runs are kept. (default: $ORRERY_STATE, else ~/.local/state/orrery)",
      valueName: "directory"))
  var state: String?

  /// The directory, absolute.
  var directory: String {
    let environment = ProcessInfo.processInfo.environment
    let path =
      state ?? environment["ORRERY_STATE"]
      ?? (environment["XDG_STATE_HOME"] ?? NSHomeDirectory() + "/.local/state") + "/orrery"
    return URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
  }

  /// Refuses directories that commands see and that have the state in them, or lie in it: there they
  /// could read what is kept of other runs, or forge it.
  func requireApart(from directories: [String]) throws {
    let state = URL(filePath: directory).resolvingSymlinksInPath().path + "/"
    for directory in directories {
      let seen = URL(filePath: directory).resolvingSymlinksInPath().path + "/"
      guard !seen.hasPrefix(state), !state.hasPrefix(seen) else {
        throw Failure(
          status: .usage,
          sentence: "\(directory) and the state in \(self.directory) must lie apart; see --state")
      }
    }
  }

  /// The journal of all runs; made where there is none.
  func journal() throws -> SQLiteJournal {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return try SQLiteJournal(at: directory + "/journal.sqlite")
  }

  /// The contents that events refer to.
  func contents() throws -> ContentStore { try ContentStore(at: directory + "/content") }
}

extension SQLiteJournal {
  /// The run that somebody means: a whole name, or the end of one that no other run has.
  func run(named name: String) async throws -> RunRecord {
    let records = try await runs(onlyOpen: false).filter {
      !name.isEmpty && $0.run.description.hasSuffix(name.lowercased())
    }
    guard let record = records.first else {
      throw Failure(
        status: .missingInput, sentence: "there is no run '\(name)'; `orrery runs` lists them all")
    }
    guard records.count == 1 else {
      throw Failure(
        status: .usage, sentence: "'\(name)' is the end of \(records.count) runs; say more of it")
    }
    return record
  }
}
