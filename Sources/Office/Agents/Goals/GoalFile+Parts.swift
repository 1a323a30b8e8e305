// The parts of a goal file.
import Basics
import Events

extension YAMLReader {
  func step(named name: String) throws(GoalFileError) -> Step {
    guard !name.isEmpty, name.utf8.count <= 64,
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }),
      !name.hasPrefix(".")
    else {
      throw fails("'\(name)' is no name of a step: use up to 64 letters, digits, '-', '_' and '.'")
    }
    if let command = scalar { return Step(name: name, action: .run(command)) }
    let members = try members(known: [
      "needs", "run", "use", "expect", "permissions", "accept", "retries", "limits",
    ])
    var step = Step(name: name, action: try action(members))
    step.needs = try members["needs"]?.texts() ?? []
    step.expectation = try members["expect"]?.expectation()
    step.permissions = try members["permissions"]?.permissions()
    step.acceptance = try members["accept"]?.checks() ?? []
    step.retries = try members["retries"]?.integer(in: 0...100) ?? 0
    if let limits = members["limits"] { step.limits = try limits.limits() }
    return step
  }

  /// What a step does: a command of the shell, or a tool.
  func action(_ members: [String: YAMLReader]) throws(GoalFileError) -> Action {
    switch (members["run"], members["use"]) {
    case (let run?, nil): return .run(try run.text())
    case (nil, let use?):
      guard case .object(var input) = try use.json(), case .string(let tool)? = input["tool"] else {
        throw use.fails("'use' must be a mapping with a 'tool'")
      }
      input["tool"] = nil
      return Action(tool: tool, input: .object(input))
    default: throw fails("\(name) must have either 'run', a command, or 'use', a tool")
    }
  }

  func expectation() throws(GoalFileError) -> Expectation {
    let members = try members(known: ["touches", "status", "time"])
    return Expectation(
      touches: try members["touches"]?.globs(),
      status: Int32(try members["status"]?.integer(in: 0...255) ?? 0),
      seconds: try members["time"]?.seconds())
  }

  func permissions() throws(GoalFileError) -> Permissions {
    let members = try members(
      known: ["write", "delete", "reach", "read", "environment", "secrets"])
    var permissions = Permissions(
      write: try members["write"]?.globs() ?? [], delete: try members["delete"]?.globs() ?? [],
      reach: try members["reach"]?.texts() ?? [], read: try members["read"]?.texts() ?? [],
      environment: try members["environment"]?.texts() ?? [])
    for (name, host) in try members["secrets"]?.pairs() ?? [] {
      permissions.secrets[name] = try host.text()
    }
    if let problem = permissions.problem { throw fails(problem) }
    return permissions
  }

  func budget() throws(GoalFileError) -> Budget {
    let members = try members(known: ["time", "calls"])
    var budget = Budget()
    if let time = members["time"] { budget.seconds = try time.seconds() }
    if let calls = members["calls"] { budget.calls = try calls.integer(in: 1...1_000_000) }
    return budget
  }

  func limits() throws(GoalFileError) -> Limits {
    let members = try members(
      known: ["time", "memory", "processes", "output", "disk", "files"])
    var limits = Limits()
    if let time = members["time"] { limits.seconds = try time.seconds() }
    if let memory = members["memory"] { limits.memory = try memory.bytes() }
    if let processes = members["processes"] {
      limits.processes = try processes.integer(in: 1...1_000_000)
    }
    if let output = members["output"] { limits.output = try output.bytes() }
    if let disk = members["disk"] { limits.disk = try disk.bytes() }
    if let files = members["files"] { limits.files = try files.integer(in: 1...100_000_000) }
    return limits
  }

  func checks() throws(GoalFileError) -> [Check] {
    var checks: [Check] = []
    for element in elements() { checks.append(try element.check()) }
    return checks
  }

  private func check() throws(GoalFileError) -> Check {
    if let text = scalar {
      do throws(CheckError) { return try Check(text) } catch { throw fails(error.reason) }
    }
    let known = ["exists", "absent", "contains", "equals", "conforms", "run"]
    let members = try members(known: known)
    guard let (kind, value) = members.first, members.count == 1 else {
      throw fails("a check has one key: \(known.joined(separator: ", "))")
    }
    switch kind {
    case "exists": return .exists(try value.path())
    case "absent": return .absent(try value.path())
    case "run": return .succeeds(command: try value.text())
    case "conforms":
      let (path, schema) = try value.pair("schema")
      return .conforms(path, schema: try schema.json())
    default:
      let (path, text) = try value.pair("text")
      return kind == "contains"
        ? .contains(path, text: try text.text()) : .equals(path, text: try text.text())
    }
  }

  private func pair(_ second: String) throws(GoalFileError) -> (Path, YAMLReader) {
    let members = try members(known: ["path", second])
    guard let path = members["path"], let value = members[second] else {
      throw fails("\(name) must have 'path' and '\(second)'")
    }
    return (try path.path(), value)
  }
}
