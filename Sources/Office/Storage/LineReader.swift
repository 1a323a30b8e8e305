// Lines of a file that nobody vouches for, without more of it in memory than a line.
import Foundation

/// Reads a file line by line.
struct LineReader: ~Copyable {
  private let file: Descriptor
  private let path: String
  private let lineSizeMax: Int
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var start = 0
  private var end = 0

  /// Why there is no next line.
  enum Failure: Error {
    case tooLong
    case unterminated
    case unreadable(ContentError)
  }

  /// Reads the file at a path, whose lines have at most so many bytes.
  init(_ path: String, lineSizeMax: Int) throws(ContentError) {
    guard let file = try Descriptor(opening: path, O_RDONLY) else {
      throw .unavailable(path: path, reason: "there is no such file")
    }
    self.file = file
    self.path = path
    self.lineSizeMax = lineSizeMax
  }

  /// The next line with its line feed; nil at the end.
  mutating func next() throws(Failure) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if start == end, try fill() == 0 {
        if line.isEmpty { return nil }
        throw .unterminated
      }
      let rest = buffer[start..<end]
      let piece = rest.prefix(through: rest.firstIndex(of: 0x0A) ?? end - 1)
      line.append(contentsOf: piece)
      start += piece.count
      if line.count > lineSizeMax { throw .tooLong }
      if line.last == 0x0A { return line }
    }
  }

  private mutating func fill() throws(Failure) -> Int {
    start = 0
    do throws(ContentError) {
      end = try file.read(&buffer, path)
    } catch {
      throw .unreadable(error)
    }
    return end
  }
}
