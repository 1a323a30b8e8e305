// Bodies: how long they are, and how they are cut from a stream of bytes.
package import NIOCore

/// How the end of a body is known.
package enum Framing: Sendable, Hashable {
  /// There is no body.
  case none
  /// It has this many bytes.
  case length(Int)
  /// It comes in chunks that say how long they are.
  case chunked
  /// It ends with the connection.
  case untilClose

  /// The length that fields say: one field, digits alone.
  static func length(_ fields: [Field]) throws(Malformed) -> Int {
    let digits = fields[0].value
    guard fields.count == 1, (1...18).contains(digits.count), digits.allSatisfy(isDigit),
      let length = Int(fields[0].text)
    else { throw Malformed("the Content-Length is not one number") }
    return length
  }
}

/// Cuts a body from a stream: pure, one piece at a time.
package struct BodyDecoder: Sendable {
  private var state: State

  private enum State: Sendable {
    case bytes(left: Int)
    case untilClose
    case size
    case chunk(left: Int)
    case chunkEnd
    case trailer(bytes: Int)
    case end
  }

  /// What the next bytes are.
  package enum Piece {
    case bytes(ByteBuffer)
    case unknownYet
    case end
  }

  /// A decoder for a body of some framing.
  package init(_ framing: Framing) {
    state =
      switch framing {
      case .none, .length(0): .end
      case .length(let length): .bytes(left: length)
      case .chunked: .size
      case .untilClose: .untilClose
      }
  }

  /// Whether the end of the stream is the end of the body.
  var endsWithStream: Bool {
    switch state {
    case .untilClose, .end: true
    default: false
    }
  }

  /// Takes the next piece off a buffer.
  package mutating func next(from buffer: inout ByteBuffer) throws(Malformed) -> Piece {
    while true {
      switch state {
      case .end: return .end
      case .untilClose:
        guard buffer.readableBytes > 0 else { return .unknownYet }
        return take(buffer.readableBytes, of: &buffer)
      case .bytes(let left):
        let count = min(left, buffer.readableBytes)
        guard count > 0 else { return .unknownYet }
        state = left == count ? .end : .bytes(left: left - count)
        return take(count, of: &buffer)
      case .chunk(let left):
        let count = min(left, buffer.readableBytes)
        guard count > 0 else { return .unknownYet }
        state = left == count ? .chunkEnd : .chunk(left: left - count)
        return take(count, of: &buffer)
      case .size:
        guard let line = try line(of: &buffer, bytesMax: 256) else { return .unknownYet }
        let size = try Self.size(line)
        state = size == 0 ? .trailer(bytes: 0) : .chunk(left: size)
      case .chunkEnd:
        guard let line = try line(of: &buffer, bytesMax: 2) else { return .unknownYet }
        guard line.isEmpty else { throw Malformed("a chunk is longer than it says") }
        state = .size
      case .trailer(let bytes):
        guard let line = try line(of: &buffer, bytesMax: 4_096) else { return .unknownYet }
        guard !line.isEmpty else {
          state = .end
          return .end
        }
        // Trailers are read and dropped: hardly anybody sends or wants them.
        guard bytes + line.count <= 8_192 else { throw Malformed("the trailer is too long") }
        _ = try [Field](lines: [line[...]])
        state = .trailer(bytes: bytes + line.count)
      }
    }
  }

  private func take(_ count: Int, of buffer: inout ByteBuffer) -> Piece {
    buffer.readSlice(length: count).map(Piece.bytes) ?? .unknownYet
  }

  /// A line without its CR and LF; nil where its end has not come yet.
  private func line(of buffer: inout ByteBuffer, bytesMax: Int) throws(Malformed) -> [UInt8]? {
    let view = buffer.readableBytesView.prefix(bytesMax + 2)
    guard let end = view.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else {
      if view.count > bytesMax { throw Malformed("a line between chunks is too long") }
      return nil
    }
    guard view[end] == 0x0D else { throw Malformed("a line between chunks ends in LF alone") }
    guard end + 1 < view.endIndex else { return nil }
    guard view[end + 1] == 0x0A else { throw Malformed("a line between chunks has a CR in it") }
    let line = Array(view[..<end])
    buffer.moveReaderIndex(forwardBy: line.count + 2)
    return line
  }

  /// The size that a line says: hexadecimal digits, and perhaps an extension, which is dropped.
  private static func size(_ line: [UInt8]) throws(Malformed) -> Int {
    let digits = line.prefix { $0 != UInt8(ascii: ";") }
    let isProper = line.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
    guard isProper, (1...15).contains(digits.count), digits.allSatisfy(isHexadecimal),
      let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw Malformed("the size of a chunk is not a hexadecimal number") }
    return size
  }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
  default: isDigit(byte)
  }
}
