// A small world's episodes, and a folder that goes away.
import Basics
import Environments
import Foundation
import Learning

/// A folder of its own for one test, removed at the end.
final class Folder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "orrery-learning-\(UUID().uuidString)"
    _ = mkdir(path, 0o755)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path) }
}

/// Episodes whose every number is known.
enum Fixture {
  static let spec = EnvironmentSpec(
    name: "fixture",
    modalities: [
      Modality("near", shape: [2], unit: "m"), Modality("wide", shape: [16], unit: "m"),
    ],
    actions: .continuous([-1...1]), dt: 0.1, stepsMax: 50)

  static let schema = EpisodeSchema(
    spec: spec,
    truth: [EpisodeColumn("truth/place", shape: [1]), EpisodeColumn("truth/seen", storage: .byte)],
    facts: [EpisodeColumn("episode/weights", shape: [3], labels: ["a", "b", "c"])])

  static let provenance = EpisodeProvenance(
    collection: "fixture", seed: 3, settings: "{\"x\":\"1\"}")

  /// An episode whose numbers tell the episode and the row. Halves hold multiples of 1/4 exactly.
  static func episode(_ number: Int, rows: Int) -> RecordedEpisode {
    func column(_ width: Int, _ value: (Int) -> Float) -> [Float] {
      (0..<rows * width).map { value($0 / width) }
    }
    return RecordedEpisode(
      seed: .max - UInt64(number), rowCount: rows,
      steps: [
        column(2) { Float(number) + Float($0) / 1024 }, column(16) { Float($0) / 4 },
        column(1) { $0 == 0 ? 0 : Float($0) }, column(1) { -Float($0) },
        column(1) { $0 == rows - 1 ? 1 : 0 }, column(1) { _ in 0 },
        column(1) { Float(number * 1000 + $0) }, column(1) { Float($0 % 2) },
      ],
      facts: [[Float(number), .infinity, 0.5]])
  }

  /// Writes shards with episodes of these lengths into a folder.
  static func write(_ shards: [[Int]], to folder: Folder) throws {
    var number = 0
    for (index, lengths) in shards.enumerated() {
      let episodes = lengths.map { rows in
        defer { number += 1 }
        return episode(number, rows: rows)
      }
      let name = EpisodeShard.name(of: provenance, index: index)
      try EpisodeShard.write(
        episodes, schema: schema, provenance: provenance, to: folder.file(name))
    }
  }
}
