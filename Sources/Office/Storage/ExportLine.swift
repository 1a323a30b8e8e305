// The lines of an export, as `Export` describes them.
import Basics
import Events
import Foundation

enum ExportLine {
  /// The most bytes of a content in a line.
  static let pieceSize = 49_152
  /// The most bytes that a line may have.
  static let sizeMax = SQLiteJournal.eventSizeMax + 100

  /// The first line.
  struct Header: Codable, Equatable {
    var format = "orrery export 1"
    var payloads: Payloads
    var run: RunID
  }

  enum Payloads: String, Codable { case included, excluded }

  /// A part of a content.
  struct Piece: Codable {
    var bytes: String
    var digest: Digest
    var offset: Int
    var size: Int
  }

  /// A content that is not there.
  struct Absence: Codable {
    var absent: Reason
    var digest: Digest

    enum Reason: String, Codable { case excluded, erased }
  }

  /// The last line.
  struct Trailer: Codable, Equatable {
    var count: Int
    var head: Digest
    var sha256: Digest
  }

  private static let opening = Array(#"{"event":"#.utf8)
  private static let middle = Array(#","link":""#.utf8)
  private static let ending = Array("\"}\n".utf8)
  private static let tailSize = middle.count + 64 + ending.count

  /// The line of an event that was kept as these bytes, which end with a line feed.
  static func event(_ bytes: [UInt8], _ link: Digest) -> [UInt8] {
    opening + bytes.dropLast() + middle + Array(link.description.utf8) + ending
  }

  /// The bytes and the link that a line of an event has; nil where it is none.
  static func event(in line: [UInt8]) -> (bytes: [UInt8], link: Digest)? {
    guard line.count > opening.count + tailSize, line.starts(with: opening) else { return nil }
    let tail = line.suffix(tailSize)
    guard tail.starts(with: middle), tail.suffix(ending.count).elementsEqual(ending),
      let text = String(
        validating: tail.dropFirst(middle.count).dropLast(ending.count), as: UTF8.self),
      let link = Digest(text)
    else { return nil }
    return (line.dropFirst(opening.count).dropLast(tailSize) + [0x0A], link)
  }

  /// The line as a value, where it says that and nothing else, in the one way to say it.
  static func value<Value: Codable>(_ type: Value.Type, in line: [UInt8]) -> Value? {
    guard let value = try? JSON.decoded(type, from: Data(line)),
      let canonical = try? JSON.encoded(value), canonical == line
    else { return nil }
    return value
  }
}

/// Names of contents, each once, in the order in which they were first mentioned.
struct References {
  private(set) var inOrder: [Digest] = []
  private var all: Set<Digest> = []

  mutating func add(_ digest: Digest) {
    if all.insert(digest).inserted { inOrder.append(digest) }
  }
}
