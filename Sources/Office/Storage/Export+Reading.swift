// Exports that came from elsewhere: checked without a database, or taken into one.
import Basics
public import Events
import Foundation

/// What the check of an export says.
public enum Verification: Sendable, Hashable {
  /// It is whole.
  case whole(ExportSummary)
  /// It is not: what is wrong first, in a sentence without a full stop, and its line from 1 on.
  case broken(line: Int, what: String)
}

extension Export {
  /// Checks the export in a file: its chain, its contents and that nothing is missing. It takes no more
  /// memory than the longest line that is allowed, whatever the file is.
  public static func verify(_ path: String) throws(ContentError) -> Verification {
    var summary: ExportSummary?
    var line = 0
    do {
      var lines = try LineReader(path, lineSizeMax: ExportLine.sizeMax)
      var reader = ExportReader()
      while true {
        line += 1
        guard let bytes = try lines.next() else { break }
        if case .trailer(let found) = try reader.take(bytes) { summary = found }
      }
      guard let summary else {
        return .broken(line: line, what: "the file ends before \(reader.missing ?? "its end")")
      }
      return .whole(summary)
    } catch let error as ContentError {
      throw error
    } catch LineReader.Failure.unreadable(let error) {
      throw error
    } catch LineReader.Failure.tooLong {
      return .broken(line: line, what: "the line has more than \(ExportLine.sizeMax) bytes")
    } catch LineReader.Failure.unterminated {
      return .broken(line: line, what: "the file ends in the middle of a line")
    } catch let breach as ExportReader.Breach {
      return .broken(line: line, what: breach.what)
    } catch {
      return .broken(line: line, what: "\(error)")
    }
  }

  /// Checks the export in a file, and then takes its contents into a store and its events into a
  /// journal, where they have the same links. Where some of them are there already, for an earlier
  /// attempt was cut short, the rest is added.
  public static func read(
    _ path: String, into journal: any Journal, contents: ContentStore
  ) async throws -> ExportSummary {
    let summary: ExportSummary
    switch try verify(path) {
    case .whole(let whole): summary = whole
    case .broken(let line, let what): throw ExportError.broken(line: line, what: what)
    }
    try readContents(path, into: contents)
    let known = try await journal.events(of: summary.run, after: 0)
    var lines = try LineReader(path, lineSizeMax: ExportLine.sizeMax)
    var reader = ExportReader()
    var batch: [Event] = []
    while let line = try lines.next() {
      guard case .event(let event) = try reader.take(line) else { continue }
      if event.sequence < known.count {
        guard known[event.sequence].link == event.link else {
          throw ExportError.conflicting(summary.run, sequence: event.sequence)
        }
        continue
      }
      // An addition has one time.
      if let first = batch.first, first.at != event.at || batch.count == 256 {
        try await add(batch, to: journal)
        batch = []
      }
      batch.append(event)
    }
    try await add(batch, to: journal)
    return summary
  }

  private static func add(_ events: [Event], to journal: any Journal) async throws {
    guard let first = events.first else { return }
    let added = try await journal.append(
      events.map(\.body), to: first.run, after: first.sequence, at: first.at, under: nil)
    for (added, event) in zip(added, events) where added.link != event.link {
      throw ExportError.conflicting(event.run, sequence: event.sequence)
    }
  }

  private static func readContents(_ path: String, into contents: ContentStore) throws {
    var lines = try LineReader(path, lineSizeMax: ExportLine.sizeMax)
    var reader = ExportReader()
    var writer: ContentWriter?
    while let line = try lines.next() {
      guard case .piece(_, let bytes, let isLast) = try reader.take(line) else { continue }
      var current = try writer.take() ?? ContentWriter(in: contents)
      try current.write(bytes.span.bytes)
      if isLast {
        _ = try current.finish()
      } else {
        writer = consume current
      }
    }
  }
}
