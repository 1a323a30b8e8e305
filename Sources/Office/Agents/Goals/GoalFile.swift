// Goals from files.
//
// A goal file is YAML:
//
//     goal: Notes for the release            # in words
//     in: .                                  # the directory; relative to the file
//     permissions:
//       write: [CHANGELOG.md, docs/**]       # what may be created or changed
//       delete: [build/]                     # what may be deleted or renamed away
//       reach: ["GET api.example.org"]       # hosts, perhaps after methods
//       read: [/opt/tools]                   # directories besides the system's own
//       environment: [LANG]                  # variables that are passed on
//       secrets: {TOKEN: api.example.org}    # variables whose values only that host gets
//     budget: {time: 10m, calls: 20}
//     accept:                                # how anyone can tell that it is done
//       - exists: CHANGELOG.md
//       - contains: {path: CHANGELOG.md, text: "1.2"}
//       - run: make test
//     steps:
//       build: make                          # a command alone, or in full:
//       notes:
//         needs: [build]
//         run: ./notes.sh > CHANGELOG.md     # or `use: {tool: write, path: …, text: …}`
//         expect: {touches: [CHANGELOG.md], status: 0, time: 30s}
//         permissions: {write: [CHANGELOG.md]}
//         accept: [{exists: CHANGELOG.md}]
//         retries: 1
//         limits: {time: 1m, memory: 1GB, processes: 64, output: 1MB, disk: 1GB, files: 1000}
//
// Steps that do not need each other run side by side. A key that is not known is an error.
public import Events

/// Goals from files.
public enum GoalFile {
  /// Reads a goal.
  ///
  /// - Parameters:
  ///   - text: what the file says.
  ///   - folder: the folder of the file, absolute: directories are relative to it.
  ///   - title: what the goal is called where the file does not say.
  public static func read(
    _ text: String, folder: String, title: String
  ) throws(GoalFileError) -> Goal {
    let root = try YAMLReader.read(text)
    let members = try root.members(
      known: ["goal", "in", "permissions", "budget", "accept", "steps"])
    guard let steps = members["steps"] else { throw root.fails("there are no 'steps'") }
    var goal = Goal(
      title: try members["goal"]?.text() ?? title,
      directory: absolute(try members["in"]?.text() ?? ".", in: folder),
      steps: [])
    if let permissions = members["permissions"] { goal.permissions = try permissions.permissions() }
    if let budget = members["budget"] { goal.budget = try budget.budget() }
    if let accept = members["accept"] { goal.acceptance = try accept.checks() }
    for (name, step) in try steps.pairs() { goal.steps.append(try step.step(named: name)) }
    try checkOrder(goal.steps, steps)
    return goal
  }

  private static func absolute(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
  }

  /// Whether every need is a step, and no step needs itself by any way.
  private static func checkOrder(_ steps: [Step], _ reader: YAMLReader) throws(GoalFileError) {
    if steps.isEmpty { throw reader.fails("there are no steps") }
    let needs = Dictionary(uniqueKeysWithValues: steps.map { ($0.name, $0.needs) })
    for step in steps {
      if let missing = step.needs.first(where: { needs[$0] == nil }) {
        throw reader.fails("step '\(step.name)' needs '\(missing)', which is no step")
      }
    }
    var done: Set<String> = []
    while done.count < steps.count {
      let ready = steps.filter { !done.contains($0.name) && done.isSuperset(of: $0.needs) }
      if ready.isEmpty {
        throw reader.fails("steps need each other in a circle: \(circle(needs, done))")
      }
      done.formUnion(ready.map(\.name))
    }
  }

  /// One circle among the steps that are not done, in words.
  private static func circle(_ needs: [String: [String]], _ done: Set<String>) -> String {
    var way: [String] = []
    var name = needs.keys.filter { !done.contains($0) }.min() ?? ""
    while !way.contains(name) {
      way.append(name)
      name = needs[name]?.first { !done.contains($0) } ?? ""
    }
    return (way.drop { $0 != name } + [name]).joined(separator: " needs ")
  }
}
