// Checkpoints: what was saved comes back, and what does not fit is refused whole.

import Basics
import Foundation
import Networks
import Tensors
import Testing

@Suite struct CheckpointTests {
  static func withFile<R>(_ body: (String) throws -> R) rethrows -> R {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("orrery-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  static func model(_ seed: UInt64) -> MLP {
    var random = Random(seed: seed)
    return MLP([2, 3, 1], random: &random)
  }

  static func values(_ model: MLP) -> [[Float]] { model.parameters.map(\.value.scalars) }

  @Test func modelsComeBack() throws {
    try Self.withFile { path in
      let saved = Self.model(1)
      try saved.save(to: path, metadata: ["step": "7"])
      var other = Self.model(2)
      try load(into: &other, from: path)
      #expect(Self.values(other) == Self.values(saved))
      #expect(try SafetensorsFile(path: path).metadata["step"] == "7")
    }
    #expect(
      Self.model(1).parameters.map(\.name) == [
        "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
      ])
    #expect(Self.model(1).parameterCount == 13)
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout [NamedColumn]) -> Void
    let error: CheckpointError
  }

  static let faults: [Fault] = [
    Fault(
      testDescription: "missing", change: { $0.remove(at: 1) },
      error: .missing(name: "layers.0.bias", shape: [3])),
    Fault(
      testDescription: "extra",
      change: { $0.append(NamedColumn("stray", shape: [1], .f32([0]))) },
      error: .unexpected(name: "stray", shape: [1])),
    Fault(
      testDescription: "misshaped", change: { $0[0].shape = [3, 2] },
      error: .misshaped(name: "layers.0.weight", expected: [2, 3], found: [3, 2])),
    Fault(
      testDescription: "not a number", change: { $0[3].column = .f32([.nan]) },
      error: .notFinite(name: "layers.1.bias")),
    Fault(
      testDescription: "infinite", change: { $0[3].column = .f32([-.infinity]) },
      error: .notFinite(name: "layers.1.bias")),
    Fault(
      testDescription: "another type", change: { $0[3].column = .i64([1]) },
      error: .file(
        .mismatched(name: "layers.1.bias", expected: "F32 or F16", found: "I64"))),
  ]

  @Test(arguments: faults)
  func whatDoesNotFitLeavesTheModelAlone(fault: Fault) throws {
    try Self.withFile { path in
      var columns = Self.model(1).columns
      fault.change(&columns)
      try SafetensorsFile.write(columns, to: path)
      var model = Self.model(2)
      #expect(throws: fault.error) { try load(into: &model, from: path) }
      #expect(Self.values(model) == Self.values(Self.model(2)))
      #expect(fault.error.description.hasSuffix("."))
    }
  }

  @Test func optimizersOfOtherModelsAreRefused() throws {
    try Self.withFile { path in
      try SafetensorsFile.write(AdamW(for: Self.model(1)).columns, to: path)
      var random = Random(seed: 1)
      var optimizer = AdamW(for: MLP([2, 5, 1], random: &random))
      #expect(
        throws: CheckpointError.misshaped(name: "optimizer.first", expected: [21], found: [13])
      ) { try optimizer.restore(from: SafetensorsFile(path: path)) }
    }
  }
}
