// Responses as they come in: read strictly, counted, and without the secrets that they echo.
import NIOCore

/// Reads one response off a wire.
struct ResponseReader {
  private var reader: WireReader
  private var decoder = BodyDecoder(.none)
  private var needles: Needles
  private let meter: Meter
  private var isOver = false

  /// Reads what comes along a route, where `needles` are the secrets that must not come back.
  init(_ input: WireInput, without needles: Needles, meter: Meter) {
    reader = WireReader(input)
    self.needles = needles
    self.meter = meter
  }

  /// The head, in answer to a method, and the framing of its body. Interim ones are passed over.
  mutating func head(after method: String, bytesMax: Int) async throws -> (ResponseHead, Framing) {
    while true {
      do {
        guard let bytes = try await reader.head(bytesMax: bytesMax) else {
          throw Failure.cut("The host")
        }
        try meter.countIn(bytes.count)
        var head = try ResponseHead(bytes)
        if head.status == 101 { throw Malformed("it changes the protocol") }
        if head.status < 200 { continue }
        let framing = try head.framing(after: method)
        decoder = BodyDecoder(framing)
        head.reason = masked(head.reason)
        head.fields = head.fields.map { Field(name: $0.name, value: masked($0.value)) }
        return (head, framing)
      } catch let malformed as Malformed {
        throw Failure.answer(malformed)
      } catch is HeadTooLong {
        throw Failure.answer(Malformed("its head has more than \(bytesMax) bytes"))
      }
    }
  }

  /// The next bytes of the body; nil at its end.
  mutating func piece() async throws -> ByteBuffer? {
    do {
      while !isOver {
        let piece = try await reader.piece(&decoder)
        if let piece { try meter.countIn(piece.readableBytes) }
        isOver = piece == nil
        if needles.isEmpty { return piece }
        let certain = needles.mask(piece.map { Array($0.readableBytesView) } ?? [], isLast: isOver)
        if !certain.bytes.isEmpty { return ByteBuffer(bytes: certain.bytes) }
      }
      return nil
    } catch let malformed as Malformed {
      throw Failure.answer(malformed)
    }
  }

  private func masked(_ value: [UInt8]) -> [UInt8] {
    var needles = needles
    return needles.mask(value, isLast: true).bytes
  }
}
