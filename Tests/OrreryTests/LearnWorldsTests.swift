// orrery worlds learn: what is there is not made again, and what is not its own is left alone.
import Foundation
import Learning
import Testing

@Suite struct LearnWorldsTests {
  private static func learn(_ world: String, _ more: String...) -> [String] {
    ["worlds", "learn", world, "--seeds", "1", "--steps", "2", "--episodes", "3"]
      + ["--workers", "2", "-o", "runs"] + more
  }

  /// All files but the results, by their paths, and when each was written.
  private static func files(in folder: String) throws -> [String: Date] {
    var files: [String: Date] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + path)
      guard attributes[.type] as? FileAttributeType == .typeRegular,
        !path.hasSuffix("results.json")
      else { continue }
      files[path] = attributes[.modificationDate] as? Date
    }
    return files
  }

  private static func results(in folder: String) throws -> Data {
    try Files.contents(of: folder + "/results.json")
  }

  @Test func whatIsThereIsNotMadeAgain() throws {
    let program = try Program()
    let first = try program.run(Self.learn("counting", "--precision", "float32"))
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.contains("chance") && first.output.contains("linear probe"))
    #expect(!first.output.contains("finished"), "nobody arrives in a world of symbols")
    let folder = program.folder + "/runs/counting"
    let made = try Self.files(in: folder)
    #expect(made.keys.contains { $0.hasSuffix("checkpoint-00000002/model.safetensors") })
    let results = try JSONSerialization.jsonObject(with: try Self.results(in: folder))
    #expect((results as? [String: Any])?["world"] as? String == "counting")

    let second = try Program(in: program.folder).run(
      Self.learn("counting", "--precision", "float32", "--json"))
    #expect(second.status == 0 && !second.errors.contains("Learning"), "\(second.errors)")
    #expect(try Self.files(in: folder) == made)
    let said = try JSONSerialization.jsonObject(with: Data(second.output.utf8))
    let world = try #require((said as? [[String: Any]])?.first)
    #expect((world["judged"] as? [Any])?.count == 3)
    let kept = String(decoding: try Self.results(in: folder), as: UTF8.self)
    #expect(second.output == "[" + kept.dropLast() + "]\n")

    // A training of another world, by the same plan.
    let learned = folder + "/sigreg-seed1"
    let place = program.folder + "/runs/delay/sigreg-seed1"
    try Files.makeFolder(program.folder + "/runs/delay")
    try FileManager.default.copyItem(atPath: learned, toPath: place)
    let foreign = try Program(in: program.folder).run(Self.learn("delay", "--precision", "float32"))
    #expect(foreign.status == 65 && foreign.errors.contains("choose another folder"))
    // And one in another precision.
    let other = try Program(in: program.folder).run(
      Self.learn("counting", "--precision", "bfloat16"))
    #expect(other.status == 65 && other.errors.contains("choose another folder"))
    #expect(try Self.files(in: folder) == made)
  }

  @Test func whoArrivesIsCounted() throws {
    let ended = try Program().run(Self.learn("point-mass", "--precision", "bfloat16"))
    #expect(ended.status == 0 && ended.output.contains("finished"), "\(ended.errors)")
  }
}
