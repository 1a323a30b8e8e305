// Numbers and strings of bytes, one after another: how the records of forks are written.

/// Writes values one after another: integers as 8 bytes, the lowest first; bytes after their count.
struct RecordWriter {
  var bytes: [UInt8] = []

  mutating func write(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ value: Int64) { write(UInt64(bitPattern: value)) }

  mutating func write(_ value: [UInt8]) {
    write(UInt64(value.count))
    bytes.append(contentsOf: value)
  }
}

/// Reads what was written so; nil past the end.
struct RecordReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number() -> UInt64? {
    guard rest.count >= 8 else { return nil }
    let value = rest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    rest = rest.dropFirst(8)
    return UInt64(littleEndian: value)
  }

  mutating func signed() -> Int64? { number().map { Int64(bitPattern: $0) } }

  mutating func string() -> [UInt8]? {
    guard let count = number(), count <= UInt64(rest.count) else { return nil }
    let value = Array(rest.prefix(Int(count)))
    rest = rest.dropFirst(Int(count))
    return value
  }
}
