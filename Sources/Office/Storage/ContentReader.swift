// A content on its way out of the store.
public import Events
import Foundation

/// A content that is read in pieces, and found whole or damaged at its end.
public struct ContentReader: ~Copyable {
  private let digest: Digest
  private let path: String
  private let file: Descriptor
  private var hash = Digest.Stream()

  /// Bytes of a piece, but for the last.
  private static let pieceSize = 1 << 16

  /// Begins to read a content.
  public init(_ digest: Digest, in store: ContentStore) throws(ContentError) {
    self.digest = digest
    path = digest == Digest(of: []) ? "/dev/null" : store.path(of: digest)
    guard let file = try Descriptor(opening: path, O_RDONLY) else { throw .absent(digest) }
    self.file = file
  }

  /// The next piece; nil after the last. It throws at the end where the content is damaged: what was
  /// read until then must not be used.
  public mutating func next() throws(ContentError) -> [UInt8]? {
    var piece = [UInt8](repeating: 0, count: Self.pieceSize)
    let count = try file.read(&piece, path)
    if count == 0 {
      guard hash.finish() == digest else { throw .damaged(digest) }
      return nil
    }
    piece.removeLast(piece.count - count)
    piece.withUnsafeBytes { hash.update($0) }
    return piece
  }
}
