// Safetensors files: round trips, hostile files, and agreement with the Python package.

import Foundation
import Tensors
import Testing

@Suite struct SafetensorsTests {
  static func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("orrery-\(UUID().uuidString)-\(name).safetensors").path
  }

  static let columns: [NamedColumn] = [
    NamedColumn(
      "weights", shape: [2, 3], .f32([1, -2.5, .leastNonzeroMagnitude, .infinity, 0, 7])),
    NamedColumn("ids", shape: [2], .i64([.min, .max])),
    NamedColumn("half", shape: [3], .f16([1, 0.5, 65504])),
    NamedColumn("flags ü\"\\\n", shape: [4, 1], .u8([0, 1, 2, 255])),
    NamedColumn("scalar", shape: [], .f32([42])),
    NamedColumn("empty", shape: [0, 5], .f32([])),
  ]

  @Test func everythingComesBack() throws {
    let path = Self.temporary("trip")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafetensorsFile.write(
      Self.columns, metadata: ["who": "\"us\"\u{1}", "what": "é"], to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["who": "\"us\"\u{1}", "what": "é"])
    #expect(file.entries.map(\.name) == Self.columns.map(\.name))
    #expect(try file.floats("weights") == [1, -2.5, .leastNonzeroMagnitude, .infinity, 0, 7])
    #expect(try file.floats("weights", rows: 1..<2) == [.infinity, 0, 7])
    #expect(try file.integers("ids") == [.min, .max])
    #expect(try file.floats("half", rows: 1..<3) == [0.5, 65504])
    #expect(try file.bytes("flags ü\"\\\n", rows: 2..<4) == [2, 255])
    #expect(try file.tensor("scalar").shape == [])
    #expect(try file.floats("empty") == [])
    #expect(throws: SafetensorsError.missing(name: "none", path: path)) { try file.bytes("none") }
    #expect(throws: SafetensorsError.mismatched(name: "ids", expected: "U8", found: "I64")) {
      try file.bytes("ids")
    }
  }

  @Test func aFailedWriteLeavesNothingBehind() throws {
    #expect(throws: SafetensorsError.self) {
      try SafetensorsFile.write(Self.columns, to: "/nonexistent/folder/x.safetensors")
    }
    let folder = Self.temporary("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(throws: SafetensorsError.self) { try SafetensorsFile.write(Self.columns, to: folder) }
    let beside = (folder as NSString).deletingLastPathComponent
    let left = try FileManager.default.contentsOfDirectory(atPath: beside)
    #expect(!left.contains { $0.hasPrefix((folder as NSString).lastPathComponent + ".") })
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    init(_ name: String, header: String, data: Int = 0, length: UInt64? = nil) {
      testDescription = name
      let text = Array(header.utf8)
      let announced = length ?? UInt64(text.count)
      bytes =
        (0..<8).map { UInt8(truncatingIfNeeded: announced >> (8 * $0)) } + text
        + [UInt8](repeating: 0, count: data)
    }
  }

  static let hostile: [Hostile] = [
    Hostile("header beyond the file", header: "{}", length: 1000),
    Hostile("huge header", header: "{}", length: .max),
    Hostile("header cut", header: "{\"a\":{\"dtype\":\"F3"),
    Hostile("no object", header: "[]"),
    Hostile("empty header", header: ""),
    Hostile("deep nesting", header: String(repeating: "[", count: 100_000)),
    Hostile("after the object", header: "{} x"),
    Hostile(
      "overlap", header: "{\(column("a", "1", "0", "4")),\(column("b", "1", "2", "6"))}", data: 6),
    Hostile(
      "same place", header: "{\(column("a", "1", "0", "4")),\(column("b", "1", "0", "4"))}", data: 4
    ),
    Hostile("hole", header: "{\(column("a", "1", "4", "8"))}", data: 8),
    Hostile("beyond the file", header: "{\(column("a", "4", "0", "16"))}", data: 15),
    Hostile("bytes left over", header: "{\(column("a", "1", "0", "4"))}", data: 5),
    Hostile("end before begin", header: "{\(column("a", "1", "4", "0"))}", data: 4),
    Hostile("negative offset", header: "{\(column("a", "1", "-4", "0"))}", data: 4),
    Hostile("shape against offsets", header: "{\(column("a", "3", "0", "8"))}", data: 8),
    Hostile(
      "shape overflow", header: "{\(column("a", "4294967296,4294967296,4", "0", "0"))}"),
    Hostile(
      "bytes overflow", header: "{\(column("a", "4611686018427387904", "0", "0"))}"),
    Hostile(
      "number overflow", header: "{\(column("a", "99999999999999999999999", "0", "4"))}", data: 4),
    Hostile("fraction", header: "{\(column("a", "1.0", "0", "4"))}", data: 4),
    Hostile(
      "duplicate", header: "{\(column("a", "1", "0", "4")),\(column("a", "1", "4", "8"))}", data: 8),
    Hostile("unknown type", header: "{\(column("a", "1", "0", "4", "F99"))}", data: 4),
    Hostile("no shape", header: "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", data: 4),
    Hostile("three offsets", header: "{\(column("a", "1", "0,2", "4"))}", data: 4),
    Hostile("unknown key", header: "{\"a\":{\"dtype\":\"F32\",\"x\":1}}"),
    Hostile("metadata twice", header: "{\"__metadata__\":{},\"__metadata__\":{}}"),
    Hostile("metadata of numbers", header: "{\"__metadata__\":{\"a\":1}}"),
    Hostile("half a surrogate", header: "{\"__metadata__\":{\"a\":\"\\ud800\"}}"),
    Hostile("bad escape", header: "{\"__metadata__\":{\"a\":\"\\q\"}}"),
    Hostile("comma at the end", header: "{\(column("a", "1", "0", "4")),}", data: 4),
  ]

  @Test(arguments: hostile)
  func hostileFilesAreRefused(file: Hostile) throws {
    let path = Self.temporary("hostile")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(file.bytes).write(to: URL(fileURLWithPath: path))
    let error = try #require(throws: SafetensorsError.self) { _ = try SafetensorsFile(path: path) }
    guard case .malformed = error else {
      Issue.record("\(error) is not .malformed")
      return
    }
    #expect(error.description.contains(path) && error.description.hasSuffix("."))
  }

  /// A good file cut at many lengths, and with bytes of its header changed, never traps.
  @Test func cutAndChangedFilesNeverTrap() throws {
    let path = Self.temporary("cut")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafetensorsFile.write(Self.columns, metadata: ["a": "b"], to: path)
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    for length in stride(from: 0, to: whole.count, by: 7) {
      try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
      #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(path: path) }
    }
    for place in stride(from: 0, to: whole.count - 70, by: 2) {
      var changed = whole
      changed[place] = changed[place] &* 7 &+ 13
      try Data(changed).write(to: URL(fileURLWithPath: path))
      if let file = try? SafetensorsFile(path: path) {
        for entry in file.entries { _ = try? file.tensor(entry.name) }
      }
    }
    #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(path: "/dev/zero") }
    #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(path: "/nonexistent") }
  }

  /// Runs a Python program; nil where Python or its safetensors package is missing.
  static func python(_ program: String, _ arguments: [String]) throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? text : nil
  }

  static let hasPython = (try? python("import safetensors.numpy", [])) != nil

  @Test(
    .enabled(if: hasPython, "needs python3 with: pip install safetensors==0.5.3 numpy"))
  func agreesWithThePythonPackage() throws {
    let (ours, theirs) = (Self.temporary("ours"), Self.temporary("theirs"))
    defer { for path in [ours, theirs] { try? FileManager.default.removeItem(atPath: path) } }
    try SafetensorsFile.write(Self.columns, metadata: ["k": "v"], to: ours)
    let program = """
      import sys, numpy as np
      from safetensors import safe_open
      from safetensors.numpy import load_file, save_file
      columns = load_file(sys.argv[1])
      assert columns['weights'].tolist()[0][:2] == [1.0, -2.5], columns
      assert columns['ids'].tolist() == [-2**63, 2**63 - 1]
      assert columns['half'].dtype == np.float16 and columns['half'][2] == 65504
      assert columns['flags ü"\\\\\\n'].tolist() == [[0], [1], [2], [255]]
      assert columns['scalar'].shape == () and columns['empty'].shape == (0, 5)
      with safe_open(sys.argv[1], 'np') as f: assert f.metadata() == {'k': 'v'}
      save_file({'b': np.arange(6, dtype=np.float32).reshape(2, 3), 'a': np.array([7, -7]),
                 'u': np.array([9], dtype=np.uint8), 'h': np.array([0.25], dtype=np.float16)},
                sys.argv[2], metadata={'from': 'python'})
      print('done')
      """
    let answer = try Self.python(program, [ours, theirs])
    #expect(answer == "done\n")
    let file = try SafetensorsFile(path: theirs)
    #expect(file.metadata == ["from": "python"])
    #expect(try file.tensor("b").scalars == [0, 1, 2, 3, 4, 5])
    #expect(try file.integers("a") == [7, -7])
    #expect(try file.bytes("u") == [9])
    #expect(try file.floats("h") == [0.25])
  }
}

/// One column as a header describes it.
private func column(
  _ name: String, _ shape: String, _ begin: String, _ end: String, _ type: String = "F32"
) -> String {
  "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
}
