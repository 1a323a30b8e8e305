// The command line as a newcomer meets it: what is wrong is one sentence, and leaves nothing behind.
import Foundation
import Testing

@Suite struct CommandTests {
  @Test(arguments: [
    ["fly"], ["--fly"], ["collect", "--episodes", "0"], ["collect", "--episodes", "many"],
    ["collect", "--world", "moon"], ["collect", "--seed", "-1"], ["collect", "--workers", "0"],
    ["collect", "--steps", "99999999999999999999"], ["collect", "--output"],
    ["collect", "--output", ""],
    ["collect", "--quirks", "odd"], ["collect", "extra"],
    ["benchmark", "simulator", "--seconds", "nan"],
    ["layout", "check"], ["train", "--precision", "float8"],
    ["worlds", "learn", "moon"], ["worlds", "learn", "yard"],
    ["worlds", "learn", "delay", "counting", "delay"],
    ["worlds", "learn", "--seeds", "1", "1"], ["worlds", "learn", "--steps", "0"],
    ["worlds", "learn", "--episodes", "0"], ["worlds", "learn", "--precision", "float8"],
  ])
  func misuseIsSaid(arguments: [String]) throws {
    try Self.expectFailure(arguments, status: 64)
  }

  private static let badFiles: [([String], Int32)] = [
    (["collect", "-o", "/dev/null/x"], 74), (["collect", "-o", "/proc/nowhere"], 74),
    (["layout", "check", "nowhere.json"], 66), (["layout", "check", "/dev/null"], 65),
    (["layout", "check", "/"], 74),
  ]

  @Test(arguments: badFiles)
  func badFilesAreSaid(arguments: [String], status: Int32) throws {
    try Self.expectFailure(arguments, status: status)
  }

  private static func expectFailure(_ arguments: [String], status: Int32) throws {
    let program = try Program()
    let ended = try program.run(arguments)
    #expect(ended.status == status, "\(ended.errors)")
    #expect(ended.output.isEmpty)
    #expect(ended.errors.hasPrefix("orrery: ") && ended.errors.hasSuffix("\n"))
    #expect(ended.errors.count { $0 == "\n" } == 1)
    #expect(try program.names() == [])
  }

  @Test(arguments: [
    ["--help"], ["collect", "--help"], ["worlds", "--help"], ["worlds", "learn", "--help"],
    ["benchmark", "simulator", "--help"],
    ["layout", "check", "--help"],
  ])
  func helpIsGiven(arguments: [String]) throws {
    let ended = try Program().run(arguments)
    #expect(ended.status == 0 && ended.errors.isEmpty && ended.output.contains("USAGE:"))
  }

  @Test func worldsAreListed() throws {
    let table = try Program().run(["worlds"])
    #expect(table.status == 0 && table.output.contains("warehouse"))
    let json = try Program().run(["worlds", "--json"])
    let contracts = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
    #expect((contracts as? [String: Any])?["yard"] != nil)
  }

  @Test func aClosedPipeIsSaid() throws {
    let ended = try Program().run(["worlds"], hasReader: false)
    #expect(ended.status == 74 && ended.errors.contains("broken pipe"))
  }
}
