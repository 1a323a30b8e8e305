// Metrics as a TensorBoard event file.
//
// The file is a sequence of TFRecord frames, all integers little-endian:
//
//     8 bytes   n, the length of the payload
//     4 bytes   masked CRC-32C of those 8 bytes
//     n bytes   the payload
//     4 bytes   masked CRC-32C of the payload
//
// A checksum c is masked as ((c >> 15) | (c << 17)) + 0xA282EAD8, modulo 2^32. Every payload is a
// protocol buffer, the message Event of TensorFlow, of which we write
//
//     field 1   wall_time, a double: seconds since 1970
//     field 2   step, a varint
//     field 3   file_version, the string "brain.Event:2": in the first frame only, which has no step
//     field 5   summary: for every metric a field 1, Value, whose field 1 is the tag (its name) and
//               whose field 2 is simple_value, a float
//
// in this order. TensorBoard follows a file that grows. A frame that is cut short, or whose
// checksum does not hold, ends what is read.

/// A frame of the event file.
enum EventRecord {
  /// The first frame of a file.
  static func opening(at time: Double) -> [UInt8] {
    frame(wallTime(time) + field(3, Array("brain.Event:2".utf8)))
  }

  /// The frame of one step.
  static func encoded(
    step: Int, at time: Double, _ values: [(name: String, value: Double)]
  ) -> [UInt8] {
    var summary: [UInt8] = []
    for (name, value) in values {
      let scalar = [key(2, wire: 5)] + littleEndian(Float(value).bitPattern)
      summary += field(1, field(1, Array(name.utf8)) + scalar)
    }
    let event = wallTime(time) + [key(2, wire: 0)] + varint(UInt64(step)) + field(5, summary)
    return frame(event)
  }

  /// How many of the first bytes are sound frames of steps through `step`.
  static func length(of bytes: [UInt8], through step: Int) -> Int {
    var kept = 0
    while let payload = payload(in: bytes, from: kept) {
      if let found = self.step(of: bytes[payload]), found > step { break }
      kept = payload.upperBound + 4
    }
    return kept
  }

  /// Where the payload of the frame at `start` lies, if there is a sound one.
  private static func payload(in bytes: [UInt8], from start: Int) -> Range<Int>? {
    guard bytes.count - start >= 16 else { return nil }
    let head = Array(bytes[start..<start + 8])
    let length = head.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - start - 16) else { return nil }
    let range = start + 12..<start + 12 + Int(length)
    guard littleEndian(CRC32C(head).masked) == Array(bytes[start + 8..<start + 12]),
      littleEndian(CRC32C(Array(bytes[range])).masked)
        == Array(bytes[range.upperBound..<range.upperBound + 4])
    else { return nil }
    return range
  }

  /// The step of one of our events; nothing of the first one.
  private static func step(of event: ArraySlice<UInt8>) -> Int? {
    let rest = event.dropFirst(9)
    guard rest.first == key(2, wire: 0) else { return nil }
    var value: UInt64 = 0
    for (i, byte) in rest.dropFirst().prefix(9).enumerated() {
      value |= UInt64(byte & 0x7F) << UInt64(7 * i)
      if byte < 0x80 { return Int(value) }
    }
    return nil
  }

  private static func frame(_ payload: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(payload.count))
    return length + littleEndian(CRC32C(length).masked) + payload
      + littleEndian(CRC32C(payload).masked)
  }

  private static func wallTime(_ time: Double) -> [UInt8] {
    [key(1, wire: 1)] + littleEndian(time.bitPattern)
  }

  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [key(number, wire: 2)] + varint(UInt64(content.count)) + content
  }

  private static func key(_ field: UInt8, wire: UInt8) -> UInt8 { field << 3 | wire }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
