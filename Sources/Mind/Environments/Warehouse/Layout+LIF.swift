// Sites from LIF files, the Layout Interchange Format 1.0.0 of the VDMA (March 2024): JSON with
//
//     metaInformation { projectIdentification, creator, exportTimestamp, lifVersion }
//     layouts [ { layoutId, layoutName?, layoutVersion, layoutLevelId?, layoutDescription?,
//                 nodes [ { nodeId, nodePosition { x, y }, mapId, vehicleTypeNodeProperties } ],
//                 edges [ { edgeId, startNodeId, endNodeId, vehicleTypeEdgeProperties } ],
//                 stations [ { stationId, interactionNodeIds, stationName?, ... } ] } ]
//
// Read are the names above without the properties of vehicle types: every edge is a straight way that
// everybody may use in its direction. Lengths are metres.
//
// LIF knows no racks and no walls. A layout may therefore carry one key more, which readers that do not
// know it pass over:
//
//     "x-orrery": { "x": 0, "y": 0, "width": 36, "height": 22,
//                   "racks": [ { "x": 4, "y": 3, "width": 9, "height": 2.2 } ] }
//
// x and y are the lower left corner of the building in the coordinates of the nodes. Without it, a
// corridor around every edge is free and all else is solid.
import Foundation

extension Layout {
  /// The most bytes that a LIF file may have.
  public static let lifBytesMax = 4 << 20

  /// Reads a LIF file.
  ///
  /// - Parameters:
  ///   - layoutId: which of its layouts; nil takes the first.
  ///   - corridor: the width of the free strip around edges, where the file does not say what stands.
  public static func read(
    path: String, layoutId: String? = nil, corridor: Float = 2.8
  ) throws(LayoutError) -> Layout {
    let bytes: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      // One more than allowed, so that no file is read to its end only to be refused.
      bytes = try file.read(upToCount: lifBytesMax + 1) ?? Data()
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    return try Layout(lif: [UInt8](bytes), layoutId: layoutId, corridor: corridor)
  }

  /// Reads the bytes of a LIF file.
  public init(
    lif bytes: [UInt8], layoutId: String? = nil, corridor: Float = 2.8
  ) throws(LayoutError) {
    if bytes.count > Self.lifBytesMax {
      throw .tooLarge(bytes: bytes.count, limit: Self.lifBytesMax)
    }
    let file: LIF
    do {
      file = try JSONDecoder().decode(LIF.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw .malformed(reason: LIF.words(for: error))
    } catch {
      throw .malformed(reason: error.localizedDescription)
    }
    guard ["0", "1"].contains(file.metaInformation.lifVersion.prefix { $0 != "." }) else {
      throw .malformed(
        reason: "its lifVersion is \(file.metaInformation.lifVersion); 1.0.0 would be right")
    }
    let found =
      layoutId.map { id in file.layouts.first { $0.layoutId == id } } ?? file.layouts.first
    guard let drawn = found else {
      guard let layoutId else { throw .malformed(reason: "it has no layouts") }
      throw .badReference(what: "the file has no layout of this name", id: layoutId)
    }
    try self.init(drawn, of: file, corridor: corridor)
  }

  private init(_ drawn: LIF.Drawn, of file: LIF, corridor: Float) throws(LayoutError) {
    let frame = try drawn.frame(corridor: corridor)
    var indices: [String: Int] = [:]
    var nodes: [Node] = []
    for node in drawn.nodes {
      guard indices.updateValue(nodes.count, forKey: node.nodeId) == nil else {
        throw .badReference(what: "two nodes have the same nodeId", id: node.nodeId)
      }
      nodes.append(
        Node(
          id: node.nodeId, x: Float(node.nodePosition.x - frame.x),
          y: Float(node.nodePosition.y - frame.y)))
    }
    let elsewhere = Set(file.layouts.flatMap { $0.nodes.map(\.nodeId) })
    var edges: [Edge] = []
    var edgeIds: Set<String> = []
    for edge in drawn.edges {
      guard edgeIds.insert(edge.edgeId).inserted else {
        throw .badReference(what: "two edges have the same edgeId", id: edge.edgeId)
      }
      guard let start = indices[edge.startNodeId] else {
        throw .badReference(
          what: "edge \(edge.edgeId) starts at an unknown node", id: edge.startNodeId)
      }
      if let end = indices[edge.endNodeId] {
        edges.append(Edge(start: start, end: end))
      } else if !elsewhere.contains(edge.endNodeId) {
        // A node of another layout of the file is a lift or a gate: a way out, not an error.
        throw .badReference(what: "edge \(edge.edgeId) ends at an unknown node", id: edge.endNodeId)
      }
    }
    var stations: [Station] = []
    for station in drawn.stations ?? [] {
      for id in station.interactionNodeIds {
        guard let node = indices[id] else {
          throw .badReference(what: "station \(station.stationId) is at an unknown node", id: id)
        }
        stations.append(Station(id: station.stationId, node: node))
      }
    }
    self.init(
      name: drawn.layoutName ?? drawn.layoutId, width: Float(frame.width),
      height: Float(frame.height),
      racks: (drawn.extra?.racks ?? []).map {
        Rectangle(
          x: Float($0.x - frame.x), y: Float($0.y - frame.y), width: Float($0.width),
          height: Float($0.height))
      },
      nodes: nodes, edges: edges, stations: stations,
      corridor: drawn.extra == nil ? corridor : nil)
  }
}

/// What is read of a LIF file.
private struct LIF: Decodable {
  var metaInformation: Meta
  var layouts: [Drawn]

  struct Meta: Decodable {
    var lifVersion: String
  }

  struct Drawn: Decodable {
    var layoutId: String
    var layoutName: String?
    var nodes: [Node]
    var edges: [Edge]
    var stations: [Station]?
    var extra: Extra?

    enum CodingKeys: String, CodingKey {
      case layoutId, layoutName, nodes, edges, stations
      case extra = "x-orrery"
    }
  }

  struct Node: Decodable {
    var nodeId: String
    var nodePosition: Position
  }

  struct Position: Decodable {
    var x: Double
    var y: Double
  }

  struct Edge: Decodable {
    var edgeId: String
    var startNodeId: String
    var endNodeId: String
  }

  struct Station: Decodable {
    var stationId: String
    var interactionNodeIds: [String]
  }

  struct Box: Decodable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  struct Extra: Decodable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
    var racks: [Box]?
  }

  static func words(for error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty
        ? "the file"
        : path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
    }
    return switch error {
    case .keyNotFound(let key, let context):
      "\"\(key.stringValue)\" is missing in \(place(context.codingPath))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(place(context.codingPath)): \(context.debugDescription)"
    case .dataCorrupted(let context):
      "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }
}

extension LIF.Drawn {
  /// The building: as the file says, or what holds all nodes and the corridors around them.
  fileprivate func frame(corridor: Float) throws(LayoutError) -> LIF.Box {
    let limit = 1e6
    for node in nodes {
      for value in [node.nodePosition.x, node.nodePosition.y] where !(abs(value) <= limit) {
        throw .outOfRange(
          what: "a coordinate of node \(node.nodeId)", value: value, allowed: -limit...limit)
      }
    }
    let box: LIF.Box
    if let extra {
      box = LIF.Box(x: extra.x, y: extra.y, width: extra.width, height: extra.height)
    } else {
      let (xs, ys) = (nodes.map(\.nodePosition.x), nodes.map(\.nodePosition.y))
      guard let left = xs.min(), let right = xs.max(), let low = ys.min(), let high = ys.max()
      else { throw .malformed(reason: "the layout has no nodes") }
      let edge = Double(corridor) / 2 + 0.3
      box = LIF.Box(
        x: left - edge, y: low - edge, width: right - left + 2 * edge,
        height: high - low + 2 * edge)
    }
    for value in [box.x, box.y] where !(abs(value) <= limit) {
      throw .outOfRange(what: "the corner of the site", value: value, allowed: -limit...limit)
    }
    for (what, value) in [("width", box.width), ("height", box.height)]
    where !(3...200).contains(value) {
      throw .outOfRange(what: "the \(what) of the site in metres", value: value, allowed: 3...200)
    }
    return box
  }
}
