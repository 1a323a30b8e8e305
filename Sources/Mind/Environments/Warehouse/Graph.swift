// The ways of a site as movers use them.

/// Nodes and the ways between them, with the room that each way has.
public struct Graph: Sendable {
  /// Where the nodes are.
  public let nodes: [Point]
  /// Ways, sorted by the node they leave.
  public let ways: [Way]
  /// The ways that leave node n are `ways[first[n]..<first[n + 1]]`.
  public let first: [Int]

  /// Nodes where there is work: those of the stations, or all.
  let stops: [Int]

  /// A way from one node to another.
  public struct Way: Sendable {
    /// Index of the node it leaves.
    public let start: Int
    /// Index of the node it reaches.
    public let end: Int
    /// Metres.
    public let length: Float
    /// Its direction, of length one.
    public let dx: Float
    /// Its direction, of length one.
    public let dy: Float
    /// The least clearance of its middle, in metres: how far one may keep from its centre line.
    public let room: Float
  }

  /// Ways that leave a node.
  public func ways(from node: Int) -> ArraySlice<Way> { ways[first[node]..<first[node + 1]] }

  init(_ layout: Layout, field: Field) {
    let nodes = layout.nodes.map { Point(x: $0.x, y: $0.y) }
    var leaving = [[Way]](repeating: [], count: nodes.count)
    for edge in layout.edges where edge.start != edge.end {
      let (a, b) = (nodes[edge.start], nodes[edge.end])
      let length = a.distance(to: b)
      var room = Float.infinity
      let pieces = max(2, Int(length / 0.2))
      for piece in 0...pieces {
        let t = Float(piece) / Float(pieces)
        room = min(room, field.clearance(x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y)))
      }
      // A way that a person can not walk is no way.
      guard length > 0.1, room > 0.45 else { continue }
      leaving[edge.start].append(
        Way(
          start: edge.start, end: edge.end, length: length, dx: (b.x - a.x) / length,
          dy: (b.y - a.y) / length, room: room))
    }
    var first = [0]
    for ways in leaving { first.append(first[first.count - 1] + ways.count) }
    let stations = layout.stations.map(\.node).filter { !leaving[$0].isEmpty }
    stops = stations.isEmpty ? Array(nodes.indices) : stations
    self.nodes = nodes
    self.first = first
    ways = leaving.flatMap { $0 }
  }
}
