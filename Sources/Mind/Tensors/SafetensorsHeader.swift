// The JSON header of a safetensors file: a parser that trusts nothing, and the writer.
//
// The header is one object: name → {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, and
// optionally "__metadata__" → an object of strings. That is all that is accepted, so the parser
// needs no recursion, and unlike general JSON readers it notices a name that comes twice.

/// One column as the header describes it.
struct HeaderEntry {
  var name: String
  var type: String
  var shape: [Int]
  var begin: Int
  var end: Int
}

/// What a header says.
struct Header {
  var metadata: [String: String] = [:]
  var entries: [HeaderEntry] = []
}

/// Why a header was refused.
struct HeaderFault: Error {
  let reason: String
}

/// Reads a header, byte by byte.
struct HeaderParser {
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The whole header; trailing spaces are padding.
  mutating func parse() throws(HeaderFault) -> Header {
    var header = Header()
    var names: Set<String> = []
    var hasMetadata = false
    try expect("{")
    if !skip("}") {
      repeat {
        let name = try string()
        try expect(":")
        if name == "__metadata__" {
          if hasMetadata { throw HeaderFault(reason: "its header has two __metadata__") }
          hasMetadata = true
          header.metadata = try metadata()
        } else {
          guard names.insert(name).inserted else {
            throw HeaderFault(reason: "its header names '\(name)' twice")
          }
          header.entries.append(try entry(name))
        }
      } while skip(",")
      try expect("}")
    }
    skipSpace()
    guard at == bytes.count else { throw fault("the end of the header") }
    return header
  }

  private mutating func metadata() throws(HeaderFault) -> [String: String] {
    var result: [String: String] = [:]
    try expect("{")
    if skip("}") { return result }
    repeat {
      let key = try string()
      try expect(":")
      guard result.updateValue(try string(), forKey: key) == nil else {
        throw HeaderFault(reason: "its metadata name '\(key)' twice")
      }
    } while skip(",")
    try expect("}")
    return result
  }

  private mutating func entry(_ name: String) throws(HeaderFault) -> HeaderEntry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try expect("{")
    repeat {
      let key = try string()
      try expect(":")
      switch key {
      case "dtype" where type == nil: type = try string()
      case "shape" where shape == nil: shape = try integers()
      case "data_offsets" where offsets == nil: offsets = try integers()
      default: throw HeaderFault(reason: "the entry '\(name)' has an unexpected '\(key)'")
      }
    } while skip(",")
    try expect("}")
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw HeaderFault(reason: "the entry '\(name)' needs a dtype, a shape and two data_offsets")
    }
    return HeaderEntry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private mutating func integers() throws(HeaderFault) -> [Int] {
    var result: [Int] = []
    try expect("[")
    if skip("]") { return result }
    repeat { result.append(try integer()) } while skip(",")
    try expect("]")
    return result
  }

  private mutating func integer() throws(HeaderFault) -> Int {
    skipSpace()
    var value = 0
    let start = at
    while at < bytes.count, let digit = Int(exactly: bytes[at]), (48...57).contains(digit) {
      let (tens, over) = value.multipliedReportingOverflow(by: 10)
      let (next, more) = tens.addingReportingOverflow(digit - 48)
      if over || more { throw HeaderFault(reason: "its header has a number too large for 64 bits") }
      value = next
      at += 1
    }
    guard at > start else { throw fault("a whole number") }
    return value
  }

  private mutating func string() throws(HeaderFault) -> String {
    try expect("\"")
    var content: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") {
        guard let text = String(validating: content, as: UTF8.self) else {
          throw HeaderFault(reason: "its header has a string that is not UTF-8")
        }
        return text
      }
      if byte < 0x20 { throw HeaderFault(reason: "its header has a control character in a string") }
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: try escape())
      } else {
        content.append(byte)
      }
    }
    throw HeaderFault(reason: "its header ends within a string")
  }

  private mutating func escape() throws(HeaderFault) -> [UInt8] {
    guard at < bytes.count else { throw fault("an escape") }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var code = UInt32(try hexadecimal())
      if (0xD800..<0xDC00).contains(code) {
        guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
          bytes[at + 1] == UInt8(ascii: "u")
        else { throw fault("the second half of a surrogate pair") }
        at += 2
        let low = UInt32(try hexadecimal())
        guard (0xDC00..<0xE000).contains(low) else {
          throw fault("the second half of a surrogate pair")
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fault("a Unicode character") }
      return Array(String(scalar).utf8)
    default: throw fault("an escape")
    }
  }

  private mutating func hexadecimal() throws(HeaderFault) -> UInt16 {
    guard at + 4 <= bytes.count,
      let text = String(validating: bytes[at..<(at + 4)], as: UTF8.self),
      let value = UInt16(text, radix: 16), text.first != "+"
    else { throw fault("four hexadecimal digits") }
    at += 4
    return value
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(HeaderFault) {
    if !skip(character) { throw fault("'\(character)'") }
  }

  private func fault(_ wanted: String) -> HeaderFault {
    HeaderFault(reason: "its header lacks \(wanted) at byte \(at)")
  }
}

/// A string as JSON, its control characters escaped.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    default:
      if scalar.value < 0x20 {
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}
