// The action that is used most: a command.
import Basics
public import Events

extension Action {
  /// A command of the shell.
  public static func run(_ command: String) -> Action {
    Action(tool: "run", input: .object(["command": .string(command)]))
  }

  /// A program and its arguments, without a shell.
  public static func run(program arguments: [String]) -> Action {
    Action(tool: "run", input: .object(["arguments": .array(arguments.map(JSON.string))]))
  }
}
