// JSON as our files and answers have it: keys in order, and words for what is not a finite number.
public import Foundation

/// Values to JSON and back. JSON has no numbers that are infinite, or none at all: they are said in
/// words, "inf", "-inf" and "nan".
public enum JSON {
  /// A value with a line feed at its end: one line, or many that are indented.
  public static func encoded(
    _ value: some Encodable, isIndented: Bool = false
  ) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return [UInt8](try encoder.encode(value)) + [0x0A]
  }

  /// The value that was encoded.
  public static func decoded<Value: Decodable>(
    _ type: Value.Type, from data: Data
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: data)
  }
}
