// The CRC-32C checksum (Castagnoli, 1993) of episode files and TensorBoard records.

/// A running CRC-32C: it finds every burst of errors up to 32 bits long.
struct CRC32C {
  /// Eight tables, so that eight bytes are taken at a time ("slicing by 8"; Kounavis and Berry, 2005).
  /// Entry `256 k + b` is the effect of byte `b` followed by `k` zero bytes.
  private static let table: [UInt32] = {
    var table = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
      table[byte] = crc
    }
    for byte in 256..<8 * 256 {
      let before = table[byte - 256]
      table[byte] = (before >> 8) ^ table[Int(before & 0xFF)]
    }
    return table
  }()

  private var state: UInt32 = ~0

  /// The checksum of what was taken so far.
  var value: UInt32 { ~state }

  /// The checksum as TFRecord stores it: turned and shifted, so that a checksum of checksums is sound.
  var masked: UInt32 { ((value >> 15) | (value << 17)) &+ 0xA282_EAD8 }

  /// The checksum of nothing.
  init() {}

  /// The checksum of `bytes`.
  init(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// Takes more bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    var i = 0
    Self.table.withUnsafeBufferPointer { table in
      while i &+ 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self))
        let low = UInt32(truncatingIfNeeded: word) ^ crc
        let high = UInt32(truncatingIfNeeded: word >> 32)
        let first = table[1792 + Int(low & 0xFF)] ^ table[1536 + Int((low >> 8) & 0xFF)]
        let second = table[1280 + Int((low >> 16) & 0xFF)] ^ table[1024 + Int(low >> 24)]
        let third = table[768 + Int(high & 0xFF)] ^ table[512 + Int((high >> 8) & 0xFF)]
        let fourth = table[256 + Int((high >> 16) & 0xFF)] ^ table[Int(high >> 24)]
        crc = first ^ second ^ third ^ fourth
        i &+= 8
      }
      while i < bytes.count {
        crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[i])) & 0xFF)]
        i &+= 1
      }
    }
    state = crc
  }
}
