// The part of JSON Schema (2020-12) that tools and acceptance checks need.
public import Basics

/// A JSON schema, of which this much is understood: `type`, `enum`, `const`, `properties`, `required`,
/// `additionalProperties` (true or false), `items`, `minItems`, `maxItems`, `minLength`, `maxLength`,
/// `minimum`, `maximum`, and `anyOf`. Words about a schema (`title`, `description`, `default`,
/// `examples`, `$schema`) are passed over, and any other keyword is an error: a check that is not
/// understood must not be taken for one that holds.
public struct Schema: Sendable, Hashable {
  private let root: JSON

  /// Why something is no schema that is understood.
  public struct Unknown: Error, Hashable {
    /// What is not understood.
    public var reason: String
  }

  /// The schema that a value says.
  public init(_ root: JSON) throws(Unknown) {
    self.root = root
    try Self.checkKeywords(root, depth: 0)
  }

  /// What is wrong with a value, in words that begin with where; nil where it conforms.
  public func problem(with value: JSON) -> String? { Self.problem(value, root, "") }

  private static let words: Set = ["title", "description", "default", "examples", "$schema"]
  private static let keywords: Set = [
    "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minItems",
    "maxItems", "minLength", "maxLength", "minimum", "maximum", "anyOf",
  ]

  private static func checkKeywords(_ schema: JSON, depth: Int) throws(Unknown) {
    guard depth < 32 else { throw Unknown(reason: "a schema is at most 32 levels deep") }
    guard case .object(let members) = schema else {
      throw Unknown(reason: "a schema is an object")
    }
    for (keyword, value) in members where !words.contains(keyword) {
      guard keywords.contains(keyword) else {
        throw Unknown(reason: "the keyword '\(keyword)' is not understood")
      }
      switch (keyword, value) {
      case ("properties", .object(let properties)):
        for schema in properties.values { try checkKeywords(schema, depth: depth + 1) }
      case ("items", _): try checkKeywords(value, depth: depth + 1)
      case ("anyOf", .array(let schemas)):
        for schema in schemas { try checkKeywords(schema, depth: depth + 1) }
      case ("type", .string), ("type", .array), ("enum", .array), ("required", .array),
        ("additionalProperties", .bool), ("const", _):
        break
      case ("minimum", _), ("maximum", _), ("minItems", _), ("maxItems", _), ("minLength", _),
        ("maxLength", _):
        if value.number == nil { throw Unknown(reason: "'\(keyword)' must be a number") }
      default: throw Unknown(reason: "'\(keyword)' has a value of another form than is understood")
      }
    }
  }

  private static func problem(_ value: JSON, _ schema: JSON, _ place: String) -> String? {
    let at = place.isEmpty ? "it" : "'\(place)'"
    if let allowed = schema["type"] {
      let names = allowed.elements?.compactMap(\.string) ?? [allowed.string].compactMap(\.self)
      guard names.contains(where: { value.isA($0) }) else {
        return "\(at) must be \(names.joined(separator: " or "))"
      }
    }
    if let values = schema["enum"]?.elements, !values.contains(value) {
      return "\(at) must be one of \(values.compactMap(\.string).joined(separator: ", "))"
    }
    if let constant = schema["const"], constant != value { return "\(at) has another value" }
    if let schemas = schema["anyOf"]?.elements,
      !schemas.contains(where: { problem(value, $0, place) == nil })
    {
      return "\(at) has none of the forms that are asked for"
    }
    return boundProblem(value, schema, at) ?? partProblem(value, schema, place, at)
  }

  private static func boundProblem(_ value: JSON, _ schema: JSON, _ at: String) -> String? {
    let (size, least, most, unit): (Double?, String, String, String) =
      switch value {
      case .string(let text): (Double(text.unicodeScalars.count), "minLength", "maxLength", "long")
      case .array(let values): (Double(values.count), "minItems", "maxItems", "long")
      default: (value.number, "minimum", "maximum", "")
      }
    guard let size else { return nil }
    if let bound = schema[least]?.number, size < bound {
      return "\(at) must be at least \(JSON.number(bound).words) \(unit)".trimmed
    }
    if let bound = schema[most]?.number, size > bound {
      return "\(at) must be at most \(JSON.number(bound).words) \(unit)".trimmed
    }
    return nil
  }

  private static func partProblem(
    _ value: JSON, _ schema: JSON, _ place: String, _ at: String
  ) -> String? {
    switch value {
    case .object(let members):
      for name in schema["required"]?.elements?.compactMap(\.string) ?? []
      where members[name] == nil { return "\(at) lacks '\(name)'" }
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        if let schema = schema["properties"]?[name] {
          if let problem = problem(member, schema, place.isEmpty ? name : "\(place).\(name)") {
            return problem
          }
        } else if schema["additionalProperties"] == .bool(false) {
          return "\(at) may have no '\(name)'"
        }
      }
    case .array(let values):
      guard let items = schema["items"] else { return nil }
      for (i, value) in values.enumerated() {
        if let problem = problem(value, items, "\(place)[\(i)]") { return problem }
      }
    default: break
    }
    return nil
  }
}

extension JSON {
  fileprivate var elements: [JSON]? { if case .array(let values) = self { values } else { nil } }

  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  fileprivate var words: String {
    number.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : String($0) } ?? ""
  }

  fileprivate func isA(_ type: String) -> Bool {
    switch (self, type) {
    case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"),
      (.object, "object"), (.integer, "integer"), (.integer, "number"), (.number, "number"):
      true
    case (.number(let value), "integer"): value == value.rounded()
    default: false
    }
  }
}

extension String {
  fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
