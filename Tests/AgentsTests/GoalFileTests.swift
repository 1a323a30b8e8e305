// Goal files: what they say, and one clear sentence for each way in which they can be wrong.
import Agents
import Basics
import Events
import Testing

@Suite struct GoalFileTests {
  func read(_ text: String) throws(GoalFileError) -> Goal {
    try GoalFile.read(text, folder: "/here", title: "plan")
  }

  @Test func saysEverything() throws {
    let goal = try read(
      """
      goal: Notes
      in: project
      permissions:
        write: [CHANGELOG.md, docs/**]
        delete: build/
        reach: ["GET api.example.org"]
        secrets: {TOKEN: api.example.org}
      budget: {time: 10m, calls: 20}
      accept:
        - exists: CHANGELOG.md
        - contains: {path: CHANGELOG.md, text: "1.2"}
        - conforms: {path: a.json, schema: {type: object, required: [name]}}
        - make test
      steps:
        build: make
        notes:
          needs: build
          use: {tool: write, path: CHANGELOG.md, text: "1.2"}
          expect: {touches: [CHANGELOG.md], time: 30s}
          retries: 1
          limits: {time: 1m, memory: 1GB, files: 10}
      """)
    #expect(goal.title == "Notes")
    #expect(goal.directory == "/here/project")
    #expect(goal.permissions.delete.map(\.pattern) == ["build/**"])
    #expect(goal.permissions.secrets == ["TOKEN": "api.example.org"])
    #expect(goal.budget == Budget(seconds: 600, calls: 20))
    #expect(goal.acceptance.count == 4)
    #expect(goal.acceptance[3] == .succeeds(command: "make test"))
    #expect(goal.steps.map(\.name) == ["build", "notes"])
    #expect(goal.steps[0].action == .run("make"))
    let notes = goal.steps[1]
    #expect(notes.action.tool == "write")
    #expect(notes.action.input["text"] == .string("1.2"))
    #expect(notes.needs == ["build"])
    #expect(notes.expectation?.seconds == 30)
    #expect(notes.limits.memory == 1_000_000_000)
    #expect(notes.limits.processes == Limits().processes)
  }

  @Test(arguments: [
    ("", "it is empty"),
    ("steps: [", "it is no YAML"),
    ("goal: x", "there are no 'steps'"),
    ("steps: {}", "there are no steps"),
    ("steps: {a: {needs: [b], run: x}}", "step 'a' needs 'b', which is no step"),
    (
      "steps: {a: {needs: b, run: x}, b: {needs: c, run: x}, c: {needs: b, run: x}}",
      "in a circle: b needs c needs b"
    ),
    ("stepps: {a: x}", "unknown key 'stepps'"),
    ("steps:\n  a:\n    run: x\n    acept: y", "line 4: unknown key 'acept'"),
    ("steps: {a: {}}", "must have either 'run', a command, or 'use', a tool"),
    ("steps: {a: {run: x, use: {tool: y}}}", "must have either"),
    ("steps: {a: x, a: y}", "a"),
    ("steps: {a/b: x}", "is no name of a step"),
    ("budget: {time: 0}\nsteps: {a: x}", "is no time above zero"),
    ("budget: {time: -5m}\nsteps: {a: x}", "is no time above zero"),
    ("budget: {calls: 0}\nsteps: {a: x}", "a whole number from 1"),
    ("budget: {money: 5}\nsteps: {a: x}", "unknown key 'money'"),
    ("permissions: {write: /etc}\nsteps: {a: x}", "'/etc' is no pattern"),
    ("permissions: {write: ../x}\nsteps: {a: x}", "'../x' is no pattern"),
    ("permissions: {read: x}\nsteps: {a: x}", "is no absolute directory that can be read"),
    ("accept: [{exists: ../a}]\nsteps: {a: x}", "is no path within the directory"),
    ("accept: [{exists: a, absent: b}]\nsteps: {a: x}", "a check has one key"),
    ("accept: [\"contains:a\"]\nsteps: {a: x}", "lacks a text"),
    ("steps: {a: {run: x, limits: {memory: lots}}}", "is no size"),
    ("steps: {a: {run: x, retries: many}}", "a whole number from 0 to 100"),
    ("- a\n- b", "must be a mapping"),
    ("steps: {a: {use: {path: x}}}", "with a 'tool'"),
  ])
  func saysWhatIsWrong(text: String, reason: String) {
    let error = #expect(throws: GoalFileError.self) { try read(text) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func aliasesCanNotExplode() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in 1..<12 {
      let last = Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ", ")
      text += "a\(i): &a\(i) [\(last)]\n"
    }
    #expect(throws: GoalFileError.self) { try read(text + "steps: {s: {use: {tool: t, x: *a11}}}") }
  }

  @Test(arguments: [
    ("90", 90.0), ("90s", 90), ("5m", 300), ("1h30m", 5_400), ("250ms", 0.25), ("1.5m", 90),
  ])
  func times(text: String, seconds: Double) { #expect(Quantity.seconds(text) == seconds) }

  @Test(arguments: ["", "s", "-1", "0", "1x", "nan", "inf", "1e30", "5 m"])
  func noTimes(text: String) { #expect(Quantity.seconds(text) == nil) }

  @Test(arguments: [("4096", 4096), ("64KB", 64_000), ("2 GB", 2_000_000_000), ("1KiB", 1024)])
  func sizes(text: String, bytes: Int) { #expect(Quantity.bytes(text) == bytes) }

  @Test(arguments: ["", "GB", "-1GB", "0", "1XB", "1e30"])
  func noSizes(text: String) { #expect(Quantity.bytes(text) == nil) }
}
