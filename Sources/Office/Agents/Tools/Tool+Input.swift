// Schemas and inputs of the office's tools, in few words.
import Basics
import Events

/// The schema of an object with these members, of which some are required, and no others.
func schema(_ members: [String: JSON], required: [String]) -> JSON {
  .object([
    "type": .string("object"), "properties": .object(members),
    "required": .array(required.map(JSON.string)), "additionalProperties": .bool(false),
  ])
}

/// The schema of a text, and what it is for.
func text(_ description: String) -> JSON {
  .object(["type": .string("string"), "description": .string(description)])
}

/// The schema of a whole number of at least one, and what it is for.
func count(_ description: String) -> JSON {
  .object([
    "type": .string("integer"), "minimum": .integer(1), "description": .string(description),
  ])
}

extension JSON {
  /// A member that is a path of the world.
  func path(_ name: String) -> Path? {
    let text = self[name]?.string ?? ""
    return Path(text == "." ? "" : text.hasSuffix("/") ? String(text.dropLast()) : text)
  }

  /// A member that is a whole number.
  func integer(_ name: String) -> Int? {
    if case .integer(let value)? = self[name] { value } else { nil }
  }
}

extension ToolResult {
  /// What is said of a path that is none.
  static func noPath(_ input: JSON) -> ToolResult {
    ToolResult(
      .refused(
        reason:
          "'\(input["path"]?.string ?? "")' is no path within the directory: write it relative, without '..'"
      ))
  }
}
