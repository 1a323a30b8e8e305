// Runs of the real program that go wrong in ways that are nobody's fault, or somebody's.
import Foundation
import Testing

@Suite(.enabled(if: canIsolate), .serialized) struct HardRunTests {
  @Test func aCheckInAMissingDirectoryIsRefuted() throws {
    let bench = try Bench()
    let ended = try bench.run("--accept", "contains:dist/out.txt:x", "--may-write", "**", sh: ":")
    #expect(ended.status == 3, "\(ended.errors)")
    #expect(try bench.orrery("runs", "--open").output.contains("There are no runs"))
  }

  @Test func manyStepsFitIntoABudgetOneAfterAnother() throws {
    let bench = try Bench()
    let steps = (0..<9).map { "  s\($0): echo \($0) > f\($0)" }.joined(separator: "\n")
    try Data(
      "in: world\npermissions: {write: ['**']}\nbudget: {time: 10m}\nsteps:\n\(steps)\n".utf8
    )
    .write(to: URL(fileURLWithPath: bench.program.folder + "/plan.yaml"))
    let ended = try bench.orrery("run", bench.program.folder + "/plan.yaml")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try bench.files().count == 9)
  }

  @Test func aBudgetPausesAndGoesOn() throws {
    let bench = try Bench()
    try Data(
      """
      in: world
      permissions: {write: ["**"]}
      budget: {calls: 1}
      steps: {a: echo a > a, b: {needs: [a], run: echo b > b}}
      """.utf8
    ).write(to: URL(fileURLWithPath: bench.program.folder + "/plan.yaml"))
    let ended = try bench.orrery("run", bench.program.folder + "/plan.yaml")
    #expect(ended.status == 75, "\(ended.errors)")
    #expect(try bench.files() == [:])
    #expect(try bench.orrery("resume", "--budget", "calls=1").status == 0)
    #expect(try bench.files() == ["a": "a\n", "b": "b\n"])
  }

  @Test func toolsWriteWhereThereIsNoDirectoryYet() throws {
    let bench = try Bench(["a.txt": "one two"])
    try Data(
      """
      in: world
      permissions: {write: ["**"]}
      steps:
        write: {use: {tool: write, path: deep/er/n.txt, text: hello}}
        edit: {use: {tool: edit, path: a.txt, old: two, new: "2"}}
        read: {needs: [write], use: {tool: read, path: deep/er/n.txt}, accept: [{exists: deep/er/n.txt}]}
      """.utf8
    ).write(to: URL(fileURLWithPath: bench.program.folder + "/plan.yaml"))
    let ended = try bench.orrery("run", bench.program.folder + "/plan.yaml")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try bench.files() == ["a.txt": "one 2", "deep/er/n.txt": "hello"])
  }

  @Test func aConflictNamesThePathsAndTouchesNothing() throws {
    let bench = try Bench(["a.txt": "a", "b.txt": "b"])
    // The command sees its fork; the world beside it changes meanwhile.
    let ended = try bench.runBeside(
      "--may-write", "**",
      sh: "echo x > a.txt; echo x > b.txt; echo ready; while read x; do :; done",
      when: "ready"
    ) { try bench.put("mine", "b.txt") }
    #expect(ended.status == 5, "\(ended.errors)")
    #expect(ended.errors.contains("! b.txt"))
    #expect(try bench.files() == ["a.txt": "a", "b.txt": "mine"])
  }

  @Test(arguments: ["chmod 600 /dev/null", "chmod 600 /proc/meminfo", "chmod 600 /dev/stdin"])
  func whatIsTheHostsKeepsItsModes(line: String) throws {
    let path = line.hasSuffix("meminfo") ? "/proc/meminfo" : "/dev/null"
    let before = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    let bench = try Bench()
    let ended = try bench.run(sh: "\(line); echo x > /dev/null && head -c 3 /dev/zero | wc -c")
    #expect(ended.output.trimmingCharacters(in: .whitespacesAndNewlines) == "3", "\(ended.errors)")
    let after = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(before == after)
  }

  @Test func programsThatRunAsTheirOwnerAreNotPermitted() throws {
    let bench = try Bench(["p": "#!/bin/sh"])
    let ended = try bench.run("--may-write", "**", sh: "chmod 4755 p")
    #expect(ended.status == 4, "\(ended.errors)")
    #expect(ended.errors.contains("no permission"))
  }

  @Test func whatATerminalWouldObeyIsEscaped() throws {
    let bench = try Bench()
    let ended = try bench.run("--may-write", "**", sh: "echo x > \"$(printf 'a\\033[2Jb')\"")
    #expect(ended.status == 0)
    #expect(!ended.errors.contains("\u{1B}"))
  }

  @Test(arguments: [
    (["run", "--env", "LD_PRELOAD", "--", "true"], "LD_PRELOAD can not be passed on"),
    (["run", "--may-read", "/proc", "--", "true"], "/proc can not be read as a whole"),
    (["run", "--secret", "ORRERY_NO_SUCH=example.org", "--", "true"], "ORRERY_NO_SUCH"),
    (["run", "--may-reach", "http://", "--", "true"], "http://"),
    (["undo", ""], "there is no run ''"),
  ])
  func refusesBeforeAnythingIsOnRecord(arguments: [String], sentence: String) throws {
    let bench = try Bench()
    let split = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let state = ["--state", bench.program.folder + "/state"]
    let ended = try Program(in: bench.world).run(
      Array(arguments[..<split]) + state + Array(arguments[split...]))
    #expect(ended.status != 0)
    #expect(ended.errors.contains(sentence), "\(ended.errors)")
    #expect(try bench.orrery("runs").output.contains("There are no runs"))
  }

  @Test func theStateLiesApartFromTheWorld() throws {
    let bench = try Bench()
    let ended = try Program(in: bench.world).run([
      "run", "--state", bench.world + "/.state", "--", "true",
    ])
    #expect(ended.status == 64)
    #expect(ended.errors.contains("must lie apart"))
  }
}

extension Bench {
  /// Runs a line, and does something when it has said a word; then its input ends.
  func runBeside(
    _ options: String..., sh line: String, when word: String, _ body: () throws -> Void
  ) throws -> Ended {
    let state = ["--state", program.folder + "/state", "--stdin"]
    let beside = Program(in: program.folder)
    let input = try beside.startTalking(
      ["run", "--in", world] + options + state + ["--", "/bin/sh", "-c", line], until: word)
    try body()
    try input.close()
    return try beside.end()
  }
}
