// orrery collect: Ctrl-C loses nothing.
import Foundation
import Learning
import Testing

@Suite struct CollectTests {
  private static func collect(_ episodes: Int) -> [String] {
    ["collect", "--episodes", "\(episodes)", "--steps", "5", "--no-lidar", "--workers", "2"]
      + ["-o", "e"]
  }

  private static func files(of program: Program) throws -> [String: Data] {
    let folder = program.folder + "/e"
    var files: [String: Data] = [:]
    for name in try Files.names(in: folder) {
      files[name] = try Files.contents(of: folder + "/" + name)
    }
    return files
  }

  @Test func whatWasInterruptedGoesOn() throws {
    let program = try Program()
    #expect(try Program(in: program.folder).run(Self.collect(256)).status == 0)
    try program.start(Self.collect(100_000))
    #expect(program.firstWords().contains("Collecting"))
    program.interrupt()
    let stopped = try program.end()
    #expect(stopped.status == 130)
    #expect(stopped.errors.contains("goes on from there"))
    let found = try Self.files(of: program).count * EpisodeShard.episodesMax
    #expect(found > 0)

    let wanted = Self.collect(found + 300)
    let resumed = try Program()
    try FileManager.default.moveItem(
      atPath: program.folder + "/e", toPath: resumed.folder + "/e")
    let second = try resumed.run(wanted)
    #expect(second.status == 0 && second.output.hasPrefix("300 episodes"))

    let whole = try Program()
    #expect(try whole.run(wanted).status == 0)
    let same = try Self.files(of: whole) == Self.files(of: resumed)
    #expect(same)
  }

  @Test func theReportIsJSON() throws {
    let program = try Program()
    let ended = try program.run(Self.collect(3) + ["--json"])
    let report = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
    #expect(report?["episodesMade"] as? Int == 3 && report?["stepsMade"] as? Int == 15)
  }
}
