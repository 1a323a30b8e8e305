// Canonical JSON is what Foundation writes with sorted keys.
import Basics
import Foundation
import Testing

@Suite struct CanonicalJSONTests {
  func foundation(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }

  func ours(_ value: some Encodable) throws -> String {
    String(decoding: try JSON.encoded(value), as: UTF8.self)
  }

  private struct Everything: Codable {
    enum Choice: Codable {
      case nothing
      case one(Int)
      case two(name: String, JSON)
      case none(_: Data)
    }
    class Base: Codable {
      var base = [1.5, -0.0, 1e16, 1e-7, 123_456_789.0, 5e-300]
    }
    final class Derived: Base {
      var own: UInt64 = .max
      override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(own, forKey: .own)
        try super.encode(to: container.superEncoder())
      }
      enum Keys: CodingKey { case own }
    }
    struct Empty: Codable {}
    var zebra = Int.min
    var apple: Int? = nil
    var choices: [Choice] = [.nothing, .one(3), .two(name: "x", .null), .none(Data([1, 2, 255]))]
    var words = ["": "empty", "ü": "u", "e\u{301}": "other", "a.b": "dot", "A": "big"]
    var numbers: [Float] = [
      0.1, 3, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 16_777_216,
    ]
    var flags: [Bool?] = [true, nil, false]
    var url = URL(string: "https://example.org/a?b=c")
    var date = Date(timeIntervalSinceReferenceDate: 12.5)
    var decimal = Decimal(string: "1.10")
    var derived = Derived()
    var empty = Empty()
    var nested: [[Int8]] = [[], [1, -128]]
    var pairs: [Int: String] = [3: "three", -1: "minus"]
  }

  @Test func everyKindOfValue() throws {
    #expect(try ours(Everything()) == foundation(Everything()))
    #expect(try ours("alone") == foundation("alone"))
    #expect(try ours([Int]()) == foundation([Int]()))
    #expect(try ours(Int?.none) == foundation(Int?.none))
  }

  @Test func everyCharacterBelowTheFirstLetters() throws {
    let scalars =
      (0..<0x300).compactMap(Unicode.Scalar.init) + ["\u{2028}", "\u{FFFF}", "\u{10FFFF}"]
    for scalar in scalars {
      let text = "a\(Character(scalar))b"
      #expect(try ours([text: text]) == foundation([text: text]))
    }
  }

  @Test func valuesAtRandom() throws {
    var random = Random(seed: 4)
    for _ in 0..<300 {
      let value = self.value(&random, depth: 4)
      let text = try ours(value)
      #expect(try text == foundation(value))
      #expect(try ours(JSON.decoded(JSON.self, from: Data(text.utf8))) == text)
    }
  }

  func value(_ random: inout Random, depth: Int) -> JSON {
    switch random.index(below: depth > 0 ? 7 : 5) {
    case 0: .null
    case 1: .bool(random.index(below: 2) == 0)
    case 2: .integer(Int(bitPattern: UInt(random.next())))
    case 3: .number([Double(bitPattern: random.next()), 1e17, -0.0, 1e19][random.index(below: 4)])
    case 4: .string(text(&random))
    case 5: .array((0..<random.index(below: 5)).map { _ in value(&random, depth: depth - 1) })
    default:
      .object(
        Dictionary(
          (0..<random.index(below: 9)).map { _ in
            (text(&random), value(&random, depth: depth - 1))
          }, uniquingKeysWith: { $1 }))
    }
  }

  func text(_ random: inout Random) -> String {
    String(
      decoding: (0..<random.index(below: 20)).map { _ in UInt8(random.index(below: 256)) },
      as: UTF8.self)
  }
}
