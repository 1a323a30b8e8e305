// Sites by chance: rows of racks, aisles and cross-aisles, an open dock, as warehouses have them.
import Basics

extension Layout {
  /// The site that a seed names: 24–36 m × 16–24 m, racks in rows, aisles 2.4–3.2 m wide,
  /// cross-aisles 2.8–3.5 m, at one end a dock with pallets. No gap is narrower than 1.4 m.
  public static func generated(seed: UInt64) -> Layout {
    var random = Random(seed: seed, stream: 0x1A)
    var plan = Plan(random: &random)
    plan.addRacks(&random)
    plan.addPallets(&random)
    plan.addWays()
    return Layout(
      name: "generated \(seed)", width: plan.length, height: plan.depth, racks: plan.racks,
      nodes: plan.nodes, edges: plan.edges, stations: plan.stations)
  }

  /// An open floor of 30 m × 30 m, for trying what commands do.
  public static let yard: Layout = {
    var nodes: [Node] = []
    var edges: [Edge] = []
    for row in 0..<4 {
      for column in 0..<4 {
        nodes.append(
          Node(id: "n\(nodes.count)", x: 4.5 + 7 * Float(column), y: 4.5 + 7 * Float(row)))
        let here = nodes.count - 1
        for other in [column > 0 ? here - 1 : -1, row > 0 ? here - 4 : -1] where other >= 0 {
          edges += [Edge(start: here, end: other), Edge(start: other, end: here)]
        }
      }
    }
    return Layout(name: "yard", width: 30, height: 30, nodes: nodes, edges: edges)
  }()
}

/// A site being drawn. Racks lie along x; aisles between them, cross-aisles across.
private struct Plan {
  var length: Float
  var depth: Float
  var racks: [Rectangle] = []
  var nodes: [Layout.Node] = []
  var edges: [Layout.Edge] = []
  var stations: [Layout.Station] = []

  /// Centre lines of the aisles (y) and of the cross-aisles (x), and the blocks of racks between.
  private var aisles: [Float] = []
  private var crossings: [Float] = []
  private var blocks: [ClosedRange<Float>] = []
  private var rackRows: [ClosedRange<Float>] = []
  /// The open dock: everything left of this x.
  private var dock: Float

  /// A length in whole tenths of a metre, as the grid has it.
  private static func tenths(_ random: inout Random, _ range: ClosedRange<Float>) -> Float {
    (random.uniform(in: range) * 10).rounded() / 10
  }

  init(random: inout Random) {
    length = Self.tenths(&random, 24...36)
    dock = Self.tenths(&random, 4...5.5)
    // Rows from below: an aisle along the wall, then racks and aisles in turn, until it is deep
    // enough. The last step adds at most 5.6 m.
    let depthMin = Self.tenths(&random, 16...18.4)
    var y: Float = 0.2
    depth = 0
    while true {
      let aisle = Self.tenths(&random, 2.4...3.2)
      aisles.append(y + aisle / 2)
      depth = y + aisle + 0.2
      if depth >= depthMin { break }
      let rack = Self.tenths(&random, 1.8...2.4)
      rackRows.append(y + aisle...y + aisle + rack)
      y += aisle + rack
    }
    layBlocks(&random)
  }

  /// Cuts the racks' length by cross-aisles: one along the dock, some between, one at the far wall.
  private mutating func layBlocks(_ random: inout Random) {
    let far = Self.tenths(&random, 2.8...3.5)
    let end = length - 0.2 - far
    let pieces = max(2, Int(((end - dock) / 9.5).rounded()))
    let widths = (1..<pieces).map { _ in Self.tenths(&random, 2.8...3.5) }
    let total = end - dock - widths.reduce(0, +)
    var x = dock
    crossings = [dock - 1.6]
    for piece in 0..<pieces {
      let share = total / Float(pieces - piece) * random.uniform(in: 0.88...1.12)
      let left = end - x - widths[min(piece, widths.count)...].reduce(0, +)
      let size = piece == pieces - 1 ? left : (min(share, left) * 10).rounded() / 10
      blocks.append(x...x + size)
      x += size
      if piece < pieces - 1 {
        crossings.append(x + widths[piece] / 2)
        x += widths[piece]
      }
    }
    crossings.append(end + far / 2)
  }

  mutating func addRacks(_ random: inout Random) {
    for row in rackRows {
      for block in blocks {
        var (from, to) = (block.lowerBound, block.upperBound)
        // Some racks stop a bay short, and a few are not built yet.
        if random.chance(0.06) { continue }
        if random.chance(0.2) { from += Self.tenths(&random, 0.8...2.2) }
        if random.chance(0.2) { to -= Self.tenths(&random, 0.8...2.2) }
        racks.append(
          Rectangle(
            x: from, y: row.lowerBound, width: to - from,
            height: row.upperBound - row.lowerBound))
      }
    }
  }

  /// Pallets on the dock, along its wall, at least 1.5 m from each other and from all else.
  mutating func addPallets(_ random: inout Random) {
    let reach = dock - 3.2
    for _ in 0..<12 where reach > 0.8 {
      let pallet = Rectangle(
        x: 0.2, y: Self.tenths(&random, 1.8...max(1.9, depth - 3)),
        width: min(reach - 0.1, random.chance(0.5) ? 0.8 : 1.2), height: 1.2)
      let clear = racks.allSatisfy {
        $0.x > pallet.x + pallet.width + 1.5 || $0.y > pallet.y + pallet.height + 1.5
          || $0.y + $0.height < pallet.y - 1.5
      }
      if clear { racks.append(pallet) }
    }
  }

  /// A node at every crossing and in the middle of every long aisle piece, where picking is done.
  mutating func addWays() {
    var rowsOfNodes: [[Int]] = []
    for (a, y) in aisles.enumerated() {
      var row: [Int] = []
      for (c, x) in crossings.enumerated() {
        if c > 0 {
          let before = crossings[c - 1]
          let middle = (before + x) / 2
          row.append(add("p\(a).\(c)", middle, y))
          stations.append(Layout.Station(id: "pick \(a).\(c)", node: nodes.count - 1))
        }
        row.append(add("x\(a).\(c)", x, y))
      }
      for (from, to) in zip(row, row.dropFirst()) { connect(from, to) }
      rowsOfNodes.append(stride(from: 0, to: row.count, by: 2).map { row[$0] })
    }
    for (low, high) in zip(rowsOfNodes, rowsOfNodes.dropFirst()) {
      for (from, to) in zip(low, high) { connect(from, to) }
    }
  }

  private mutating func add(_ id: String, _ x: Float, _ y: Float) -> Int {
    nodes.append(Layout.Node(id: id, x: x, y: y))
    return nodes.count - 1
  }

  private mutating func connect(_ a: Int, _ b: Int) {
    edges += [Layout.Edge(start: a, end: b), Layout.Edge(start: b, end: a)]
  }
}
