// Power and disks that fail, as far as a process can play them: kill -9, limits, a full disk.
import Basics
import Events
import Foundation
import Storage
import Testing

@Suite struct CrashTests {
  /// Kills a writing process, again and again. What it said was durable is there.
  @Test func killedWritersLoseNothing() async throws {
    let folder = try Folder()
    var random = Random(seed: 9)
    var said: [Substring: Substring] = [:]
    for attempt in 0..<20 {
      // Some hundreds of lines, and then at any moment.
      let words = try kill([Program(["write", folder("journal"), "\(attempt)", "4"])]) {
        1_000 + random.index(below: 60_000)
      }
      // What was lost would be said again, by the next writer, under another link.
      said.merge(words) {
        Issue.record("an event was said twice")
        return $1
      }
    }
    #expect(said.count > 2_000)
    let journal = try SQLiteJournal(at: folder("journal"))
    try await expect(said, in: journal)
    #expect(try await journal.examine() == [])
  }

  /// Several processes write into one file, into the same runs, until they are killed.
  @Test func killedProcessesShareAFile() async throws {
    let folder = try Folder()
    let programs = try (0..<3).map { try Program(["write", folder("journal"), "\($0)", "2"]) }
    let said = try kill(programs) { 40_000 }
    let journal = try SQLiteJournal(at: folder("journal"))
    try await expect(said, in: journal)
    #expect(try await journal.examine() == [])
  }

  /// Reads so many bytes of what each of some programs says, kills it, and returns the events that were
  /// said to be durable.
  func kill(
    _ programs: [Program], after bytes: () -> Int
  ) throws -> [Substring: Substring] {
    var said: [Substring: Substring] = [:]
    for program in programs {
      let enough = bytes()
      var text = Data()
      while text.count < enough {
        let more = program.output.fileHandleForReading.availableData
        try #require(!more.isEmpty, "the writer has ended by itself")
        text += more
      }
      Foundation.kill(program.process.processIdentifier, SIGKILL)
      text += try program.output.fileHandleForReading.readToEnd() ?? Data()
      program.process.waitUntilExit()
      // Where a line is cut off, so was what it says.
      for line in String(decoding: text, as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      {
        let words = line.split(separator: " ")
        let name = line.prefix(words[0].count + words[1].count + 1)
        #expect(said.updateValue(words[2], forKey: name) == nil, "\(name) was said twice")
      }
    }
    return said
  }

  /// Expects events in a journal.
  func expect(_ said: [Substring: Substring], in journal: SQLiteJournal) async throws {
    var kept: [Substring: Substring] = [:]
    for writer in 1...4 {
      for event in try await journal.events(of: RunID(bits: UInt64(writer)), after: 0) {
        kept["\(event.run) \(event.sequence)"] = Substring(event.link.description)
      }
    }
    #expect(said.allSatisfy { kept[$0] == $1 })
  }

  /// What the program says of a disk that refused and then did not.
  func expectRecovery(_ said: [String], because reason: String) {
    #expect(said.count == 5)
    #expect(said.first == "refused: the journal can not be used: \(reason)")
    #expect(said.dropFirst().first == "refused again: the journal can not be used: \(reason)")
    #expect(said.dropFirst(2) == ["reads: true", "goes on: true", "damage: []"])
  }

  @Test func aFileThatMayNotGrow() throws {
    let folder = try Folder()
    let file = folder("journal")
    expectRecovery(
      try Program(["limited", file]).end(),
      because: "\(file) can not be read or written: input/output error")
  }

  /// A disk of 24 MiB, mounted where nobody else sees it.
  @Test(.enabled(if: canMount)) func aFullDisk() throws {
    let folder = try Folder()
    let script = """
      mount -t tmpfs -o size=24m none "$1" && head -c 12000000 /dev/zero > "$1/ballast" \
      && exec "$2" full "$1/journal" "$1/ballast"
      """
    let said = try Program(
      [], by: ["/usr/bin/env", "unshare", "-Urm", "sh", "-c", script, "sh", folder.path]
    ).end()
    expectRecovery(said, because: "the disk of \(folder("journal")) is full")
  }

  static let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]
    process.standardError = nil
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}
