// The containers of canonical JSON: they only pass on.

/// The members of an object.
struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let text: CanonicalText

  var codingPath: [any CodingKey] { [] }

  private func add(_ key: Key) -> CanonicalText {
    text.begin(key.stringValue)
    return text
  }

  func encodeNil(forKey key: Key) { add(key).writeNull() }
  func encode(_ value: Bool, forKey key: Key) { add(key).write(value) }
  func encode(_ value: String, forKey key: Key) { add(key).write(value) }
  func encode(_ value: Double, forKey key: Key) { add(key).write(value) }
  func encode(_ value: Float, forKey key: Key) { add(key).write(value) }
  func encode(_ value: Int, forKey key: Key) { add(key).write(value) }
  func encode(_ value: Int8, forKey key: Key) { add(key).write(value) }
  func encode(_ value: Int16, forKey key: Key) { add(key).write(value) }
  func encode(_ value: Int32, forKey key: Key) { add(key).write(value) }
  func encode(_ value: Int64, forKey key: Key) { add(key).write(value) }
  func encode(_ value: UInt, forKey key: Key) { add(key).write(value) }
  func encode(_ value: UInt8, forKey key: Key) { add(key).write(value) }
  func encode(_ value: UInt16, forKey key: Key) { add(key).write(value) }
  func encode(_ value: UInt32, forKey key: Key) { add(key).write(value) }
  func encode(_ value: UInt64, forKey key: Key) { add(key).write(value) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try add(key).write(nested: value) }

  func nestedContainer<Inner: CodingKey>(
    keyedBy: Inner.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Inner> {
    KeyedEncodingContainer(Members<Inner>(text: text.later(key.stringValue, .object)))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    Elements(text: text.later(key.stringValue, .array))
  }

  func superEncoder() -> any Encoder { CanonicalEncoder(text: text.later("super", .value)) }
  func superEncoder(forKey key: Key) -> any Encoder {
    CanonicalEncoder(text: text.later(key.stringValue, .value))
  }
}

/// The elements of an array.
struct Elements: UnkeyedEncodingContainer {
  let text: CanonicalText

  var codingPath: [any CodingKey] { [] }
  var count: Int { text.count }

  private func add() -> CanonicalText {
    text.begin("")
    return text
  }

  func encodeNil() { add().writeNull() }
  func encode(_ value: Bool) { add().write(value) }
  func encode(_ value: String) { add().write(value) }
  func encode(_ value: Double) { add().write(value) }
  func encode(_ value: Float) { add().write(value) }
  func encode(_ value: Int) { add().write(value) }
  func encode(_ value: Int8) { add().write(value) }
  func encode(_ value: Int16) { add().write(value) }
  func encode(_ value: Int32) { add().write(value) }
  func encode(_ value: Int64) { add().write(value) }
  func encode(_ value: UInt) { add().write(value) }
  func encode(_ value: UInt8) { add().write(value) }
  func encode(_ value: UInt16) { add().write(value) }
  func encode(_ value: UInt32) { add().write(value) }
  func encode(_ value: UInt64) { add().write(value) }
  func encode(_ value: some Encodable) throws { try add().write(nested: value) }

  func nestedContainer<Inner: CodingKey>(
    keyedBy: Inner.Type
  ) -> KeyedEncodingContainer<Inner> {
    KeyedEncodingContainer(Members<Inner>(text: text.later("", .object)))
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    Elements(text: text.later("", .array))
  }

  func superEncoder() -> any Encoder { CanonicalEncoder(text: text.later("", .value)) }
}

/// A value alone.
struct Single: SingleValueEncodingContainer {
  let text: CanonicalText

  var codingPath: [any CodingKey] { [] }

  func encodeNil() { text.writeNull() }
  func encode(_ value: Bool) { text.write(value) }
  func encode(_ value: String) { text.write(value) }
  func encode(_ value: Double) { text.write(value) }
  func encode(_ value: Float) { text.write(value) }
  func encode(_ value: Int) { text.write(value) }
  func encode(_ value: Int8) { text.write(value) }
  func encode(_ value: Int16) { text.write(value) }
  func encode(_ value: Int32) { text.write(value) }
  func encode(_ value: Int64) { text.write(value) }
  func encode(_ value: UInt) { text.write(value) }
  func encode(_ value: UInt8) { text.write(value) }
  func encode(_ value: UInt16) { text.write(value) }
  func encode(_ value: UInt32) { text.write(value) }
  func encode(_ value: UInt64) { text.write(value) }
  func encode(_ value: some Encodable) throws { try text.write(nested: value) }
}

extension [UInt8] {
  /// Appends a string in quotation marks, with what has to be escaped escaped.
  mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0x20...: append(byte)
      case 0x08: self += #"\b"#.utf8
      case 0x09: self += #"\t"#.utf8
      case 0x0A: self += #"\n"#.utf8
      case 0x0C: self += #"\f"#.utf8
      case 0x0D: self += #"\r"#.utf8
      default:
        self += #"\u00"#.utf8
        self += (byte < 16 ? "0" : "").utf8
        self += String(byte, radix: 16).utf8
      }
    }
    append(UInt8(ascii: "\""))
  }
}
