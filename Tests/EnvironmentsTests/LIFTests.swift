// LIF files: ours is read, and hostile ones are refused with one clear error.
import Environments
import Foundation
import Testing

@Suite struct LIFTests {
  static let ours = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Layouts/hall-a.lif.json").path

  @Test func oursIsRead() throws {
    let layout = try Layout.read(path: Self.ours)
    #expect(layout.name == "Hall A" && layout.corridor == nil && layout.racks.count > 10)
    var settings = WarehouseSettings()
    settings.layout = .fixed(try Site(layout))
    let mission = Driven(Warehouse(settings), seed: 1).world.mission
    #expect((8...25).contains(mission.lengthOptimal))
    // Settings are written with their site and read again.
    let again = try JSONDecoder().decode(
      WarehouseSettings.self, from: JSONEncoder().encode(settings))
    guard case .fixed(let site) = again.layout else {
      Issue.record("the site is lost")
      return
    }
    #expect(site.layout == layout)
  }

  @Test func withoutRacksThereAreCorridors() throws {
    let text = try String(contentsOfFile: Self.ours, encoding: .utf8)
      .replacingOccurrences(of: "x-orrery", with: "x-unknown")
    let layout = try Layout(lif: Array(text.utf8))
    #expect(layout.corridor == 2.8)
    let site = try Site(layout)
    #expect(site.graph.ways.count == layout.edges.count)
    let way = site.graph.ways[0]
    let start = site.graph.nodes[way.start]
    #expect(abs(site.clearance(start.x + 0.5 * way.length * way.dx, start.y) - 1.4) < 0.3)
  }

  /// A file of two nodes, with parts replaced.
  static func file(
    meta: String = #"{"lifVersion": "1.0.0"}"#, position: String = #"{"x": 9, "y": 0}"#,
    second: String = "b", edge: String = #""startNodeId": "a", "endNodeId": "b""#,
    extra: String = ""
  ) -> String {
    """
    {"metaInformation": \(meta), "layouts": [{"layoutId": "l", "nodes": [
    {"nodeId": "a", "nodePosition": {"x": 0, "y": 0}},
    {"nodeId": "\(second)", "nodePosition": \(position)}],
    "edges": [{"edgeId": "e", \(edge)}], "stations": []\(extra)}]}
    """
  }

  static let hostile: [(String, String)] = [
    ("nothing", ""),
    ("empty object", "{}"),
    ("no layouts", #"{"metaInformation": {"lifVersion": "1.0.0"}, "layouts": []}"#),
    ("truncated", String(file().dropLast(40))),
    ("not UTF-8 sense", "\u{0}\u{1}{{{"),
    ("deep", String(repeating: "[", count: 200_000)),
    ("deep objects", String(repeating: #"{"a":"#, count: 200_000)),
    ("other version", file(meta: #"{"lifVersion": "7.0.0"}"#)),
    ("no version", file(meta: "{}")),
    ("no x", file(position: #"{"y": 0}"#)),
    ("NaN", file(position: #"{"x": NaN, "y": 0}"#)),
    ("text for a number", file(position: #"{"x": "9", "y": 0}"#)),
    ("overflow", file(position: #"{"x": 1e999, "y": 0}"#)),
    ("far away", file(position: #"{"x": 1e9, "y": 0}"#)),
    ("large", file(position: #"{"x": 5000, "y": 0}"#)),
    ("duplicate node", file(second: "a")),
    ("unknown start", file(edge: #""startNodeId": "z", "endNodeId": "b""#)),
    ("unknown end", file(edge: #""startNodeId": "a", "endNodeId": "z""#)),
    (
      "duplicate edge",
      file(
        edge: #""startNodeId": "a", "endNodeId": "b"}, {"edgeId": "e", "startNodeId": "a", "#
          + #""endNodeId": "b""#)
    ),
    ("huge site", file(extra: #", "x-orrery": {"x": 0, "y": 0, "width": 1e9, "height": 9}"#)),
    ("no size", file(extra: #", "x-orrery": {"x": 0, "y": 0, "width": -3, "height": 9}"#)),
    (
      "huge rack",
      file(
        extra: #", "x-orrery": {"x": -2, "y": -4, "width": 20, "height": 9, "racks": "#
          + #"[{"x": 0, "y": 0, "width": 1e300, "height": 1}]}"#)
    ),
    ("too many bytes", String(repeating: " ", count: Layout.lifBytesMax + 1)),
  ]

  @Test(arguments: hostile) func hostileFilesAreRefused(name: String, text: String) {
    let error = #expect(throws: LayoutError.self) {
      _ = try Site(Layout(lif: Array(text.utf8)))
    }
    #expect((error?.description.count ?? 0) > 20)
  }

  @Test func smallestFileIsRead() throws {
    let site = try Site(Layout(lif: Array(Self.file().utf8)))
    #expect(site.graph.nodes.count == 2 && site.graph.ways.count == 1)
    #expect(throws: LayoutError.self) { try Layout(lif: Array(Self.file().utf8), layoutId: "m") }
    #expect(throws: LayoutError.self) { try Layout.read(path: "/no/such/file") }
  }

  /// Bytes changed at random: an error or a layout, never a trap.
  @Test func mutilatedFilesDoNotTrap() throws {
    let good = Array(
      Self.file(extra: #", "x-orrery": {"x": 0, "y": -3, "width": 12, "height": 9}"#).utf8)
    var state: UInt64 = 1
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      if let layout = try? Layout(lif: bytes) { _ = try? Site(layout) }
    }
  }
}
