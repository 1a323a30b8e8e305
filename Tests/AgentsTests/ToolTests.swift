// The office's tools, over files in memory.
import Agents
import Basics
import Events
import Synchronization
import Testing

/// Files in memory.
final class MemoryPlace: Place {
  private let files: Mutex<[Path: [UInt8]]>

  init(_ files: [String: String]) {
    self.files = Mutex(
      Dictionary(
        uniqueKeysWithValues: files.compactMap { name, text in
          Path(name).map { ($0, Array(text.utf8)) }
        }))
  }

  var texts: [String: String] {
    files.withLock { files in
      Dictionary(
        uniqueKeysWithValues: files.map { ("\($0)", String(decoding: $1, as: UTF8.self)) })
    }
  }

  func read(_ path: Path, sizeMax: Int) async throws(WorkspaceError) -> [UInt8]? {
    files.withLock { $0[path] }
  }

  func list(_ path: Path) async throws(WorkspaceError) -> [Entry]? {
    files.withLock { files in
      if files[path] != nil { return nil }
      let below = files.keys.filter { $0.isWithin(path) }
      let depth = path.names.count
      let entries = Set(
        below.map { found in
          let name = path.appending(found.names[depth])
          return Entry(
            path: name, kind: name == found ? .file : .directory, size: files[name]?.count ?? 0)
        })
      return entries.isEmpty ? nil : entries.sorted { $0.path < $1.path }
    }
  }

  func write(_ bytes: [UInt8], to path: Path) async throws(WorkspaceError) {
    files.withLock { $0[path] = bytes }
  }

  func run(_ arguments: [String]) async throws(WorkspaceError) -> ToolResult {
    ToolResult(.exited(0), output: Array(arguments.joined(separator: "|").utf8))
  }
}

@Suite struct ToolTests {
  let place = MemoryPlace(["a.txt": "one\ntwo\nthree", "d/b.txt": "two\ntwo", "d/e/c.md": "two"])

  func use(_ tool: String, _ input: [String: JSON]) async throws -> (Outcome.Ending, String) {
    let result = try await Toolbox.office.use(
      Action(tool: tool, input: .object(input)), in: place)
    return (result.ending, String(decoding: result.output + result.errors, as: UTF8.self))
  }

  @Test func reads() async throws {
    #expect(try await use("read", ["path": .string("a.txt")]) == (.exited(0), "one\ntwo\nthree"))
    let some = try await use(
      "read", ["path": .string("a.txt"), "from": .integer(2), "count": .integer(1)])
    #expect(some == (.exited(0), "two"))
    #expect(try await use("read", ["path": .string("x")]) == (.exited(1), "there is no file x\n"))
  }

  @Test func editsWhatOccursOnce() async throws {
    let edit = { (path: String) in
      try await use(
        "edit", ["path": .string(path), "old": .string("two"), "new": .string("2")])
    }
    #expect(try await edit("a.txt") == (.exited(0), ""))
    #expect(place.texts["a.txt"] == "one\n2\nthree")
    #expect(
      try await edit("d/b.txt") == (
        .exited(1), "the text occurs 2 times in d/b.txt; it must occur once\n"
      ))
  }

  @Test func writes() async throws {
    #expect(
      try await use("write", ["path": .string("n/m"), "text": .string("ü")]) == (.exited(0), ""))
    #expect(place.texts["n/m"] == "ü")
  }

  @Test func listsAndSearches() async throws {
    #expect(try await use("list", ["path": .string(".")]) == (.exited(0), "a.txt\nd/\n"))
    let found = try await use("search", ["text": .string("two"), "glob": .string("**/*.txt")])
    #expect(found == (.exited(0), "a.txt:2:two\nd/b.txt:1:two\nd/b.txt:2:two\n"))
    #expect(try await use("search", ["text": .string("four")]) == (.exited(1), ""))
  }

  @Test(arguments: [
    ("read", JSON.object(["path": .string("../x")]), "is no path within the directory"),
    ("read", .object([:]), "lacks 'path'"),
    ("read", .object(["path": .integer(1)]), "must be string"),
    ("write", .object(["path": .string(""), "text": .string("")]), "is no path"),
    ("nothing", .null, "there is no tool 'nothing'; known are edit, list"),
    ("run", .object([:]), "none of the forms"),
    (
      "edit", .object(["path": .string("a"), "old": .string(""), "new": .string("")]),
      "at least 1 long"
    ),
  ])
  func refuses(tool: String, input: JSON, reason: String) async throws {
    let result = try await Toolbox.office.use(Action(tool: tool, input: input), in: place)
    guard case .refused(let why) = result.ending else {
      Issue.record("\(result.ending)")
      return
    }
    #expect(why.contains(reason))
    #expect(Set(place.texts.keys) == ["a.txt", "d/b.txt", "d/e/c.md"])
  }

  @Test func everyContractIsSound() throws {
    for contract in Toolbox.office.contracts {
      #expect(throws: Never.self) { try Schema(contract.schema) }
      #expect(!contract.summary.isEmpty)
    }
  }
}
