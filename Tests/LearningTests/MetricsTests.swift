// Metrics: byte for byte what TensorBoard writes, and no step twice after a resumption.
import Foundation
import Learning
import Testing

@Suite struct MetricsTests {
  /// Made with tensorboard 2.21's own RecordWriter and Event messages.
  private static let golden =
    "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c2b0000000000"
    + "0000861bc34b09000000000000044010ac022a1d0a110a0a747261696e2f6c6f7373150000803e0a080a0161"
    + "15000080bf4af6c534"

  @Test func eventsAreThoseOfTensorBoard() throws {
    let folder = Folder()
    var metrics = try Metrics(in: folder.path, keepingThrough: -1, at: 1.5)
    try metrics.record(step: 300, at: 2.5, [("train/loss", 0.25), ("a", -1)])
    let bytes = try Files.contents(of: folder.file(Metrics.eventsName))
    #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == Self.golden)
  }

  @Test func linesAreJSON() throws {
    let folder = Folder()
    var metrics = try Metrics(in: folder.path, keepingThrough: -1, at: 0)
    try metrics.record(step: 1, at: 1, [("loss", 1e-7), ("rate", .nan), ("n", 3)])
    let lines = try Files.contents(of: folder.file(Metrics.linesName))
    #expect(
      String(decoding: lines, as: UTF8.self)
        == "{\"step\":1,\"loss\":1e-07,\"rate\":null,\"n\":3.0}\n")
    let object = try JSONSerialization.jsonObject(with: lines) as? [String: Any]
    #expect(object?["loss"] as? Double == 1e-7)
  }

  /// Whatever a kill left behind, a resumed run ends with the files of an uninterrupted one.
  @Test(arguments: [0, 1, 9, 30, 150, 10_000])
  func resumptionLeavesNoTrace(cut: Int) throws {
    let whole = Folder()
    let resumed = Folder()
    try Self.record(0..<8, in: whole, keepingThrough: -1)
    try Self.record(0..<6, in: resumed, keepingThrough: -1)
    for name in [Metrics.linesName, Metrics.eventsName] {
      let bytes = [UInt8](try Files.contents(of: resumed.file(name)))
      try Files.write(Array(bytes.dropLast(min(cut, 40))), to: resumed.file(name))
    }
    try Self.record(4..<8, in: resumed, keepingThrough: 3)
    for name in [Metrics.linesName, Metrics.eventsName] {
      let same =
        try Files.contents(of: whole.file(name)) == Files.contents(of: resumed.file(name))
      #expect(same, "\(name) after a cut of \(cut) bytes")
    }
  }

  private static func record(
    _ steps: Range<Int>, in folder: Folder, keepingThrough step: Int
  ) throws {
    var metrics = try Metrics(in: folder.path, keepingThrough: step, at: 0)
    for step in steps {
      let values = [("loss", 1 / Double(step + 1)), ("rate", 0.5)]
      try metrics.record(step: step, at: Double(step), values)
    }
    try metrics.synchronize()
  }
}
