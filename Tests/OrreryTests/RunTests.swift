// Runs of the real program: what it commits, what it refuses, and what it says.
import Foundation
import Testing

/// Whether this machine can isolate commands; said in a line where it can not.
let canIsolate: Bool = {
  guard let report = try? Program().run(["sandbox"]) else { return false }
  if report.status != 0 { print("skipped the tests of runs: \(report.errors)") }
  return report.status == 0
}()

/// A directory, and the program at work on it.
struct Bench {
  let program: Program
  var world: String { program.folder + "/world" }

  init(_ files: [String: String] = [:]) throws {
    program = try Program()
    try FileManager.default.createDirectory(atPath: world, withIntermediateDirectories: true)
    for (name, text) in files { try put(text, name) }
  }

  func put(_ text: String, _ name: String) throws {
    let url = URL(fileURLWithPath: world + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// Runs a subcommand on the state of this bench.
  func orrery(_ arguments: String...) throws -> Ended {
    let split = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let state = ["--state", program.folder + "/state"]
    return try Program(in: program.folder).run(
      Array(arguments[..<split]) + state + Array(arguments[split...]))
  }

  /// Runs a line of the shell as a transaction on the world.
  func run(_ options: String..., sh line: String) throws -> Ended {
    let state = ["--state", program.folder + "/state"]
    return try Program(in: program.folder).run(
      ["run", "--in", world] + options + state + ["--", "/bin/sh", "-c", line])
  }

  /// Every file of the world with its text.
  func files() throws -> [String: String] {
    var files: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: world) {
      var isDirectory = ObjCBool(false)
      _ = FileManager.default.fileExists(atPath: world + "/" + name, isDirectory: &isDirectory)
      if isDirectory.boolValue { continue }
      files[name] = try String(contentsOfFile: world + "/" + name, encoding: .utf8)
    }
    return files
  }

  /// The name of the youngest run.
  func run() throws -> String {
    let runs = try orrery("runs", "-n", "1").output.split(separator: "\n")
    return String(runs[1].prefix { $0 != " " })
  }
}

@Suite(.enabled(if: canIsolate), .serialized) struct RunTests {
  @Test func aClaimIsNotEnough() throws {
    let bench = try Bench(["a.txt": "a"])
    let ended = try bench.run("--accept", "exists:made.txt", sh: "echo done: made.txt")
    #expect(ended.status == 3)
    #expect(ended.output == "done: made.txt\n")
    #expect(ended.errors.contains("✗ made.txt exists: there is no made.txt"))
    #expect(ended.errors.split(separator: "\n").last?.hasPrefix("refuted: it claimed") == true)
    #expect(try bench.files() == ["a.txt": "a"])
  }

  @Test func whatLacksPermissionIsNotCommittedAndNothingElse() throws {
    let bench = try Bench(["a.txt": "a"])
    let ended = try bench.run(
      "--accept", "exists:made.txt", "--may-write", "made.txt",
      sh: "echo x > made.txt; echo y > other.txt")
    #expect(ended.status == 4)
    #expect(ended.errors.contains("+ created  other.txt"))
    #expect(ended.errors.split(separator: "\n").last?.hasPrefix("denied:") == true)
    #expect(try bench.files() == ["a.txt": "a"])
  }

  @Test func whatIsTrueAndAllowedIsCommittedAndCanBeUndone() throws {
    let bench = try Bench(["a.txt": "a", "d/b.txt": "b", "c.txt": "c"])
    let before = try bench.files()
    let ended = try bench.run(
      "--accept", "contains:made.txt:x", "--accept", "test -e a2.txt", "--may-write", "**",
      "--may-delete", "**",
      sh: "echo x > made.txt; mv a.txt a2.txt; rm -r d; echo more >> c.txt")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.errors.split(separator: "\n").last?.hasPrefix("committed, verified") == true)
    #expect(try bench.files() == ["made.txt": "x\n", "a2.txt": "a", "c.txt": "cmore\n"])
    let show = try bench.orrery("show", try bench.run())
    for line in ["+ created  made.txt", "> renamed  a.txt → a2.txt", "- deleted  d/b.txt"] {
      #expect(show.output.contains(line), "\(show.output)")
    }
    #expect(try bench.orrery("undo", try bench.run()).status == 0)
    #expect(try bench.files() == before)
    #expect(try bench.orrery("undo", try bench.run()).errors.contains("taken back already"))
  }

  @Test func undoSaysWhoWasThereSince() throws {
    let bench = try Bench(["a.txt": "a"])
    #expect(try bench.run("--may-write", "**", sh: "echo 1 > a.txt; echo 2 > b.txt").status == 0)
    try bench.put("mine", "b.txt")
    let undo = try bench.orrery("undo", try bench.run())
    #expect(undo.status != 0)
    #expect(undo.errors.contains("b.txt"))
    #expect(try bench.files() == ["a.txt": "1\n", "b.txt": "mine"])
  }

  @Test func aRehearsalCommitsNothing() throws {
    let bench = try Bench(["a.txt": "a"])
    let ended = try bench.run("--dry-run", "--may-write", "**", sh: "echo 1 > a.txt")
    #expect(ended.status == 0)
    #expect(ended.errors.contains("~ changed  a.txt"))
    #expect(try bench.files() == ["a.txt": "a"])
  }

  @Test func aFailureIsAFailure() throws {
    let bench = try Bench()
    let ended = try bench.run("--may-write", "**", sh: "echo x > a; exit 7")
    #expect(ended.status == 1)
    #expect(ended.errors.contains("it ended with status 7"))
    #expect(try bench.files() == [:])
  }

  @Test func aSurpriseRollsBack() throws {
    let bench = try Bench()
    let ended = try bench.run("--may-write", "**", "--expect", "a*", sh: "echo x > a; echo x > b")
    #expect(ended.status == 1)
    #expect(ended.errors.contains("a surprise: it touched b, which was not expected"))
    #expect(try bench.files() == [:])
  }

  @Test func stepsOfAPlanShareAFork() throws {
    let bench = try Bench()
    try Data(
      """
      in: world
      permissions: {write: ["**"]}
      accept: [{equals: {path: all.txt, text: "12"}}]
      steps:
        one: printf 1 > 1.txt
        two: printf 2 > 2.txt
        flaky:
          run: if [ -e 1.txt ] && [ -e half.txt ]; then exit 1; fi; printf x > half.txt; exit 1
          needs: [one]
          expect: {status: 1}
        all: {needs: [one, two], run: "cat 1.txt 2.txt > all.txt"}
      """.utf8
    ).write(to: URL(fileURLWithPath: bench.program.folder + "/plan.yaml"))
    let ended = try bench.orrery("run", bench.program.folder + "/plan.yaml")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try bench.files()["all.txt"] == "12")
  }

  @Test func aRunProvesItself() throws {
    let bench = try Bench()
    #expect(try bench.run("--may-write", "**", sh: "echo x > a").status == 0)
    let file = bench.program.folder + "/run.jsonl"
    #expect(try bench.orrery("export", try bench.run(), "-o", file).status == 0)
    let verify = { try Program(in: bench.program.folder).run(["verify", file]) }
    #expect(try verify().output.contains("is whole"))
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing("\"write\":[\"**\"]", with: "\"write\":[\"a*\"]")
      .write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try verify().status == 65)
  }

  @Test func eventsAreJSONLines() throws {
    let bench = try Bench()
    let ended = try bench.run("--json", "--may-write", "**", sh: "echo x > a")
    #expect(ended.status == 0)
    let lines = try ended.output.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    #expect(lines.compactMap { $0?["sequence"] as? Int } == Array(0..<lines.count))
  }

  @Test(arguments: [
    (["run"], "there is nothing to run"),
    (["run", "--in", "/nowhere", "--", "true"], "there is no directory /nowhere"),
    (["run", "--in", "/etc/passwd", "--", "true"], "is no directory"),
    (["run", "--may-write", "../x", "--", "true"], "is no pattern of paths"),
    (["run", "--accept", "exists:/etc", "--", "true"], "is no path within the directory"),
    (["run", "--budget", "time=never", "--", "true"], "is no bound of time"),
    (["run", "--budget", "money=1", "--", "true"], "unknown bound 'money'"),
    (["run", "nowhere.yaml"], "there is no file nowhere.yaml"),
    (["undo", "nothing"], "there is no run 'nothing'"),
    (["verify", "/etc/passwd"], "/etc/passwd"),
  ])
  func badInputIsOneSentence(arguments: [String], sentence: String) throws {
    let program = try Program()
    let split = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let state = arguments[0] == "verify" ? [] : ["--state", program.folder + "/state"]
    let ended = try program.run(Array(arguments[..<split]) + state + Array(arguments[split...]))
    #expect(ended.status != 0)
    #expect(ended.errors.contains(sentence), "\(ended.errors)")
    #expect(ended.errors.split(separator: "\n").count == 1)
  }
}
