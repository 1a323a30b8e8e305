// Reads an export and believes nothing of it.
import Basics
import Events
import Foundation

/// Takes the lines of an export one by one, and says of each what it is, or what is wrong with it.
struct ExportReader {
  /// What a line can be.
  enum Item {
    case header(RunID)
    case event(Event)
    case piece(Digest, [UInt8], isLast: Bool)
    case absence(Digest)
    case trailer(ExportSummary)
  }

  /// Why a line can not be part of a whole export.
  struct Breach: Error { var what: String }

  /// More contents than any run has: what a file may make us remember.
  private static let referencesMax = 1 << 20

  private var header: ExportLine.Header?
  private var chain = Chain()
  private var references = References()
  /// How many contents were seen to their end.
  private var contents = 0
  /// The content of which pieces were seen, and not yet all.
  private var current: (size: Int, offset: Int, hash: Digest.Stream)?
  private var absent: [Digest] = []
  private var hash = Digest.Stream()
  private(set) var isWhole = false

  /// What should come next, for those who find the end of the file.
  var missing: String? { isWhole ? nil : header == nil ? "the header" : "the last line" }

  /// Takes the next line.
  mutating func take(_ line: [UInt8]) throws(Breach) -> Item {
    if isWhole { throw Breach(what: "something comes after the last line") }
    guard let header else {
      guard let header = ExportLine.value(ExportLine.Header.self, in: line) else {
        throw Breach(what: "this is no header of an export")
      }
      guard header == ExportLine.Header(payloads: header.payloads, run: header.run) else {
        throw Breach(what: "the format '\(header.format.prefix(40))' is not known")
      }
      self.header = header
      remember(line)
      return .header(header.run)
    }
    let item: Item
    if let (bytes, link) = ExportLine.event(in: line) {
      item = .event(try event(bytes, link, of: header.run))
    } else if let piece = ExportLine.value(ExportLine.Piece.self, in: line) {
      item = try take(piece)
    } else if let absence = ExportLine.value(ExportLine.Absence.self, in: line) {
      item = try take(absence, header.payloads)
    } else if let trailer = ExportLine.value(ExportLine.Trailer.self, in: line) {
      return .trailer(try end(trailer, header.run))
    } else {
      throw Breach(what: "this is no line of an export")
    }
    remember(line)
    return item
  }

  private mutating func remember(_ line: [UInt8]) {
    line.withUnsafeBytes { hash.update($0) }
  }

  private mutating func event(
    _ bytes: [UInt8], _ link: Digest, of run: RunID
  ) throws(Breach) -> Event {
    if contents > 0 || current != nil { throw Breach(what: "an event comes after contents") }
    let sequence = chain.length
    guard let event = try? Event(bytes: bytes, link: link) else {
      throw Breach(what: "this is no event that this version knows")
    }
    guard event.run == run else {
      throw Breach(what: "the event is one of run \(event.run), not of \(run)")
    }
    guard event.sequence == sequence else {
      throw Breach(what: "event \(event.sequence) comes where \(sequence) should")
    }
    guard chain.extend(by: bytes) == link else {
      throw Breach(what: "event \(sequence) is not what its link says")
    }
    guard
      let canonical = try? Chain.bytes(of: event.body, run: run, sequence: sequence, at: event.at),
      canonical == bytes
    else { throw Breach(what: "event \(sequence) is not said in the one way to say it") }
    for digest in event.body.references { references.add(digest) }
    if references.inOrder.count > Self.referencesMax {
      throw Breach(what: "events refer to more than \(Self.referencesMax) contents")
    }
    return event
  }

  /// The content that comes next.
  private func next(_ digest: Digest) throws(Breach) {
    guard contents < references.inOrder.count else {
      throw Breach(what: "no event refers to content \(digest)")
    }
    let expected = references.inOrder[contents]
    guard digest == expected else {
      throw Breach(what: "content \(digest) comes where \(expected) should")
    }
  }

  private mutating func take(_ piece: ExportLine.Piece) throws(Breach) -> Item {
    try next(piece.digest)
    if header?.payloads == .excluded {
      throw Breach(what: "there is a content, and the header says that there are none")
    }
    var content = current ?? (piece.size, 0, Digest.Stream())
    guard piece.size >= 0, piece.size == content.size, piece.offset == content.offset,
      let data = Data(base64Encoded: piece.bytes), data.base64EncodedString() == piece.bytes,
      data.count == min(ExportLine.pieceSize, content.size - content.offset)
    else { throw Breach(what: "this is not the next piece of content \(piece.digest)") }
    let bytes = [UInt8](data)
    bytes.withUnsafeBytes { content.hash.update($0) }
    content.offset += bytes.count
    let isLast = content.offset == content.size
    if isLast {
      guard content.hash.finish() == piece.digest else {
        throw Breach(what: "content \(piece.digest) is not what its name says")
      }
      contents += 1
      current = nil
    } else {
      current = content
    }
    return .piece(piece.digest, bytes, isLast: isLast)
  }

  private mutating func take(
    _ absence: ExportLine.Absence, _ payloads: ExportLine.Payloads
  ) throws(Breach) -> Item {
    if current != nil { throw Breach(what: "a content ends before its last piece") }
    try next(absence.digest)
    guard (absence.absent == .excluded) == (payloads == .excluded) else {
      throw Breach(what: "a content is absent for another reason than the header says")
    }
    contents += 1
    absent.append(absence.digest)
    return .absence(absence.digest)
  }

  private mutating func end(
    _ trailer: ExportLine.Trailer, _ run: RunID
  ) throws(Breach) -> ExportSummary {
    if current != nil { throw Breach(what: "a content ends before its last piece") }
    if chain.length == 0 { throw Breach(what: "there are no events") }
    guard contents == references.inOrder.count else {
      throw Breach(what: "content \(references.inOrder[contents]) is missing")
    }
    guard trailer.count == chain.length else {
      throw Breach(what: "there are \(chain.length) events, and \(trailer.count) are said to be")
    }
    guard trailer.head == chain.head else {
      throw Breach(what: "the last link is not the one that is said to be")
    }
    guard trailer.sha256 == hash.finish() else {
      throw Breach(what: "the hash of the lines before is not the one that is said to be")
    }
    isWhole = true
    return ExportSummary(
      run: run, events: chain.length, head: chain.head, payloads: contents - absent.count,
      absent: absent)
  }
}
