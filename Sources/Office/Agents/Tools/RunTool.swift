// The tool that runs commands.
public import Basics
import Events

/// Runs a command in the sandbox: a line for the shell, or a program with its arguments.
public struct RunTool: Tool {
  /// What it promises.
  public let contract = ToolContract(
    name: "run",
    summary: "Runs a command, either as a line for the shell or as a program and its arguments.",
    schema: .object([
      "type": .string("object"),
      "properties": .object([
        "command": text("A line for /bin/sh."),
        "arguments": .object([
          "type": .string("array"), "items": .object(["type": .string("string")]),
          "minItems": .integer(1), "description": .string("A program and its arguments."),
        ]),
      ]),
      "anyOf": .array([
        .object(["required": .array([.string("command")])]),
        .object(["required": .array([.string("arguments")])]),
      ]),
      "additionalProperties": .bool(false),
    ]),
    reach: .reversible, roles: ["command": .control, "arguments": .control])

  /// The tool.
  public init() {}

  public func use(_ input: JSON, in place: any Place) async throws(WorkspaceError) -> ToolResult {
    if case .array(let arguments)? = input["arguments"] {
      return try await place.run(arguments.compactMap(\.string))
    }
    return try await place.run(["/bin/sh", "-c", input["command"]?.string ?? ""])
  }
}
