// What SQLite and the system report, in sentences.
import Events
import Foundation
import GRDB

extension JournalError {
  /// What any error of reading or writing a journal means.
  init(_ error: any Error, at path: String) {
    switch error {
    case let error as JournalError: self = error
    case let error as DatabaseError: self = .init(error, path)
    default: self = .unavailable("\(path): \(error)")
    }
  }

  private init(_ error: DatabaseError, _ path: String) {
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self = .damaged("\(path) is damaged: \(error.message ?? "it is no whole database")")
    case .SQLITE_FULL: self = .unavailable("the disk of \(path) is full")
    case .SQLITE_IOERR:
      self = .unavailable("\(path) can not be read or written: input/output error")
    case .SQLITE_BUSY: self = .unavailable("\(path) is held by another process for too long")
    case .SQLITE_READONLY: self = .unavailable("\(path) may not be written")
    case .SQLITE_CANTOPEN: self = .unavailable("\(path) can not be opened")
    default: self = .unavailable("\(path): \(error.message ?? error.resultCode.description)")
    }
  }
}

/// Why the last system call failed, in lower case and without a full stop.
func systemReason() -> String {
  let reason = String(cString: strerror(errno))
  return reason.prefix(1).lowercased() + reason.dropFirst()
}
