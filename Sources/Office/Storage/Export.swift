// A run in one file, which anybody can check without us.
//
// The file is UTF-8 text, one JSON object a line, each line with its keys in order, without spaces, and
// ended by a line feed. In this order there are:
//
//   {"format":"orrery export 1","payloads":"included","run":"06f4k…"}
//       The header. `payloads` is "included" or "excluded".
//   {"event":{"at":…,"body":…,"run":…,"sequence":0},"link":"<64 hexadecimal digits>"}
//       Every event of the run. A link is the SHA-256 hash of the link before it (32 zero bytes before
//       the first), then the event, exactly the bytes between `{"event":` and `,"link":`, then a line
//       feed.
//   {"bytes":"<base64>","digest":"<64 digits>","offset":0,"size":70000}
//       A piece of a content: up to 49,152 bytes of it from `offset` on, of `size` in all. The SHA-256
//       hash of all its pieces is `digest`. Contents come in the order in which the events first
//       mention them, each once. The empty content has one empty piece.
//   {"absent":"excluded","digest":"<64 digits>"}
//       Instead of a content: it was left out ("excluded"), or the store has it no more ("erased"). The
//       events stay provable without it, and so does the content, to whoever has it elsewhere.
//   {"count":12,"head":"<64 digits>","sha256":"<64 digits>"}
//       The last line: how many events there are, the link of the last one, and the hash of all bytes
//       of the file before this line.
//
// Nothing in it is secret or signed: whoever changes a run can make a whole file of it. It is the same
// history exactly if the head is the one that somebody noted when the run ended.
public import Basics
public import Events
import Foundation

/// The export of a run: written, verified and read.
public struct Export: Sendable {
  private let run: RunID
  private let journal: any Journal
  private let contents: ContentStore?

  /// The export of a run; without its contents where there is no store to take them from.
  public init(of run: RunID, from journal: any Journal, contents: ContentStore?) {
    self.run = run
    self.journal = journal
    self.contents = contents
  }

  /// Writes it into a file, which is there when it is whole.
  public func write(toFile path: String) async throws -> ExportSummary {
    let beside = "\(path).unfinished"
    guard let file = try Descriptor(opening: beside, O_WRONLY | O_CREAT | O_TRUNC) else {
      throw ContentError.unavailable(path: path, reason: "there is no such directory")
    }
    do {
      let summary = try await write { line in
        try file.write(line.span.bytes, path)
      }
      try file.synchronize(path)
      guard rename(beside, path) == 0 else {
        throw ContentError.unavailable(path: path, reason: systemReason())
      }
      try Descriptor.synchronize(directory: parent(of: path))
      return summary
    } catch {
      unlink(beside)
      throw error
    }
  }

  /// Writes it line by line.
  public func write(_ take: ([UInt8]) throws -> Void) async throws -> ExportSummary {
    let events = try await journal.events(of: run, after: 0)
    guard !events.isEmpty else { throw ExportError.unknown(run) }
    var hash = Digest.Stream()
    func write(_ line: [UInt8]) throws {
      line.withUnsafeBytes { hash.update($0) }
      try take(line)
    }
    try write(
      JSON.encoded(
        ExportLine.Header(payloads: contents == nil ? .excluded : .included, run: run)))
    var chain = Chain()
    var references = References()
    for event in events {
      let bytes = try Chain.bytes(
        of: event.body, run: run, sequence: event.sequence, at: event.at)
      guard chain.length == event.sequence, chain.extend(by: bytes) == event.link else {
        throw JournalError.damaged(
          "event \(event.sequence) of run \(run) is not what its link says")
      }
      try write(ExportLine.event(bytes, event.link))
      for digest in event.body.references { references.add(digest) }
    }
    var absent: [Digest] = []
    for digest in references.inOrder where try !writePayload(digest, write) {
      absent.append(digest)
    }
    try take(
      JSON.encoded(
        ExportLine.Trailer(count: chain.length, head: chain.head, sha256: hash.finish())))
    return ExportSummary(
      run: run, events: chain.length, head: chain.head,
      payloads: references.inOrder.count - absent.count, absent: absent)
  }

  /// Writes a content, or that it is absent.
  private func writePayload(_ digest: Digest, _ write: ([UInt8]) throws -> Void) throws -> Bool {
    guard let contents else {
      try write(JSON.encoded(ExportLine.Absence(absent: .excluded, digest: digest)))
      return false
    }
    guard let size = try contents.size(of: digest) else {
      try write(JSON.encoded(ExportLine.Absence(absent: .erased, digest: digest)))
      return false
    }
    var piece: [UInt8] = []
    var offset = 0
    func flush() throws {
      try write(
        JSON.encoded(
          ExportLine.Piece(
            bytes: Data(piece).base64EncodedString(), digest: digest, offset: offset, size: size)))
      offset += piece.count
      piece.removeAll(keepingCapacity: true)
    }
    var reader = try ContentReader(digest, in: contents)
    while let bytes = try reader.next() {
      var rest = bytes[...]
      while !rest.isEmpty {
        let some = rest.prefix(ExportLine.pieceSize - piece.count)
        piece += some
        rest = rest.dropFirst(some.count)
        if piece.count == ExportLine.pieceSize { try flush() }
      }
    }
    if !piece.isEmpty || size == 0 { try flush() }
    return true
  }
}

/// What an export has.
public struct ExportSummary: Sendable, Hashable {
  /// The run.
  public var run: RunID
  /// How many events it has.
  public var events: Int
  /// The link of the last one.
  public var head: Digest
  /// How many contents are in the file.
  public var payloads: Int
  /// The contents that events refer to and that are not in the file.
  public var absent: [Digest]
}

/// Why an export was not written or read.
public enum ExportError: Error, Sendable, Hashable {
  /// There is no such run.
  case unknown(RunID)
  /// The file is no whole export: what is wrong first, in its line.
  case broken(line: Int, what: String)
  /// The journal has the run already, and from this event on another history of it.
  case conflicting(RunID, sequence: Int)
}

extension ExportError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .unknown(let run): "There is no run \(run)."
    case .broken(let line, let what): "Line \(line): \(what)."
    case .conflicting(let run, let sequence):
      "The journal has a run \(run) already, and its event \(sequence) is another."
    }
  }
}
