// Canonical JSON: one value, one sequence of bytes, on every system and in every year.
//
// Histories are chained by hashes of it, so its form is ours and not a library's: no spaces; the members
// of an object in the order of their names' UTF-8 bytes, and the last of two that have the same name;
// integers in decimal; other numbers in the fewest digits that say them, as Swift describes them, without
// ".0" at the end; words for what is no finite number ("inf", "-inf", "nan"); strings in UTF-8, where `"`,
// `\` and what is below U+0020 are escaped, as \b \f \n \r \t where there is such a letter and else as
// \u00xx in lower case. It is what Foundation's encoder writes with sorted keys, and quicker.
import Foundation

/// The place in canonical JSON where a value goes.
struct CanonicalEncoder: Encoder {
  let text: CanonicalText

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The bytes of a value.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let text = CanonicalText(.value)
    try text.write(nested: value)
    var bytes: [UInt8] = []
    text.finish(into: &bytes)
    return bytes
  }

  func container<Key: CodingKey>(keyedBy: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Members(text: text.open(.object)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { Elements(text: text.open(.array)) }
  func singleValueContainer() -> any SingleValueEncodingContainer { Single(text: text) }
}

/// A value, an object or an array that is being written.
final class CanonicalText {
  /// What it can be.
  enum Form { case value, array, object }

  /// A member of an object or an element of an array.
  private struct Member {
    /// Its name; empty in an array.
    var name: String
    /// Where its bytes begin. They end where those of the next one begin.
    var start: Int
    /// What goes there in the end, where that may still grow.
    var later: CanonicalText?
  }

  private var form: Form
  private var members: [Member] = []
  private var bytes: [UInt8] = []
  /// What the value that is being written has opened.
  private var opened: CanonicalText?
  /// One that was written and can be used again.
  private var spare: CanonicalText?

  init(_ form: Form) { self.form = form }

  /// How many members or elements there are.
  var count: Int { members.count }

  /// Begins a member or an element.
  func begin(_ name: String) { members.append(Member(name: name, start: bytes.count)) }

  /// Begins a member or an element that grows while others are written.
  func later(_ name: String, _ form: Form) -> CanonicalText {
    let text = CanonicalText(form)
    members.append(Member(name: name, start: bytes.count, later: text))
    return text
  }

  /// Opens the object or the array that the value here is. A value that asks twice gets the same one.
  func open(_ form: Form) -> CanonicalText {
    let text = opened ?? spare ?? CanonicalText(form)
    spare = nil
    opened = text
    text.form = form
    return text
  }

  /// Writes a value of any type.
  func write<Value: Encodable>(nested value: Value) throws {
    if Value.self == Data.self || Value.self == Date.self || Value.self == URL.self
      || Value.self == Decimal.self
    {
      // Their forms are Foundation's.
      let encoder = JSONEncoder()
      encoder.outputFormatting = .withoutEscapingSlashes
      bytes += try encoder.encode(value)
      return
    }
    let start = bytes.count
    let outer = opened
    opened = nil
    try value.encode(to: CanonicalEncoder(text: self))
    if let text = opened {
      text.finish(into: &bytes)
      spare = text
    } else if bytes.count == start {
      // It has said nothing.
      bytes += "{}".utf8
    }
    opened = outer
  }

  /// Adds the bytes of all that was written, and forgets it.
  func finish(into out: inout [UInt8]) {
    switch form {
    case .value:
      if let opened {
        opened.finish(into: &out)
      } else {
        out += bytes
      }
    case .array:
      out.append(UInt8(ascii: "["))
      for i in members.indices {
        if i > 0 { out.append(UInt8(ascii: ",")) }
        finish(i, into: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object:
      out.append(UInt8(ascii: "{"))
      var isFirst = true
      for i in order() {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        isFirst = false
        out.append(quoted: members[i].name)
        out.append(UInt8(ascii: ":"))
        finish(i, into: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
    members.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  private func finish(_ i: Int, into out: inout [UInt8]) {
    if let later = members[i].later { return later.finish(into: &out) }
    let end = i + 1 < members.count ? members[i + 1].start : bytes.count
    out += bytes[members[i].start..<end]
  }

  /// The members by name; of two with the same name, the last.
  private func order() -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(members.count)
    for i in members.indices {
      let name = members[i].name.utf8
      // They are few, and often in order.
      var at = order.count
      while at > 0, name.lexicographicallyPrecedes(members[order[at - 1]].name.utf8) { at -= 1 }
      if at > 0, name.elementsEqual(members[order[at - 1]].name.utf8) {
        order[at - 1] = i
      } else {
        order.insert(i, at: at)
      }
    }
    return order
  }

  func write(_ value: String) { bytes.append(quoted: value) }
  func write(_ value: Bool) { bytes += (value ? "true" : "false").utf8 }
  func write(_ value: some BinaryInteger) { bytes += String(value).utf8 }
  func writeNull() { bytes += "null".utf8 }

  func write(_ value: some BinaryFloatingPoint & CustomStringConvertible) {
    if value.isNaN { return write("nan") }
    if value.isInfinite { return write(value < 0 ? "-inf" : "inf") }
    let text = value.description.utf8
    bytes += text.suffix(2).elementsEqual(".0".utf8) ? text.dropLast(2) : text[...]
  }
}
