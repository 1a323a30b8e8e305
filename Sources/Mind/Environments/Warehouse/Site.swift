// The building: what stands where, computed once from a plan and shared by every copy of a world.

/// A building that robots and people move in. It never changes; copies of a world share it.
public final class Site: Sendable, Codable {
  /// The plan it was built from.
  public let layout: Layout
  /// Metres along x, walls included.
  public let width: Float
  /// Metres along y, walls included.
  public let height: Float
  /// Metres of a cell's side.
  public let cell: Float
  /// Cells along x.
  public let columns: Int
  /// Cells along y.
  public let rows: Int
  /// 1 where something stands; row-major, the row at y = 0 first. `[rows, columns]`
  public let occupied: [UInt8]
  /// Metres from a cell's centre to the nearest thing that stands, 0 inside. `[rows, columns]`
  public let distance: [Float]
  /// `distance` in whole cells, rounded down: what rays step by, small enough to stay in cache.
  @usableFromInline let reach: [UInt8]
  /// All that stands within the walls as boxes (left, low, right, high), unless that would be too many.
  let boxes: [SIMD4<Float>]
  /// Whether there are too many boxes, so that rays have to go over the grid.
  let hasGridOnly: Bool
  /// Metres of the walls' thickness.
  static let wall: Float = 0.2
  /// The ways between nodes.
  public let graph: Graph
  /// Places well clear of everything that can all reach each other: starts and goals.
  let spots: [Point]
  /// The grid that routes are searched on.
  let routing: RoutingGrid

  /// What the site is called.
  public var name: String { layout.name }
  /// Racks as boxes, for drawing and for exact tests.
  public var racks: [Rectangle] { layout.racks }
  /// Where work is done.
  public var stations: [Layout.Station] { layout.stations }

  /// Builds the site that a plan describes.
  public init(_ layout: Layout) throws(LayoutError) {
    try Self.check(layout)
    let cell: Float = 0.1
    let columns = Int((layout.width / cell).rounded())
    let rows = Int((layout.height / cell).rounded())
    let occupied = Self.raster(layout, columns: columns, rows: rows, cell: cell)
    let distance = DistanceField.distances(
      occupied: occupied, columns: columns, rows: rows, cell: cell)
    self.layout = layout
    self.cell = cell
    self.columns = columns
    self.rows = rows
    self.occupied = occupied
    self.distance = distance
    reach = zip(distance, occupied).map { metres, solid in
      // The least free cell has half a cell: 1 says that there is none to be skipped.
      solid != 0 ? 0 : UInt8(min(255, max(1, (metres / cell).rounded(.down))))
    }
    width = Float(columns) * cell
    height = Float(rows) * cell
    let boxes = Self.boxes(of: occupied, columns: columns, rows: rows, cell: cell)
    hasGridOnly = boxes == nil
    self.boxes = boxes ?? []
    let field = Field(distance: distance, columns: columns, rows: rows, cell: cell)
    graph = Graph(layout, field: field)
    routing = RoutingGrid(field: field)
    spots = routing.spots(field: field)
    if spots.count < 2 {
      throw .unusable(reason: "fewer than two places keep 0.8 m from everything that stands")
    }
  }

  private static func check(_ layout: Layout) throws(LayoutError) {
    let sizes: ClosedRange<Double> = 4...200
    for (what, value) in [("width", layout.width), ("height", layout.height)]
    where !sizes.contains(Double(value)) {
      throw .outOfRange(what: "the \(what) of the site", value: Double(value), allowed: sizes)
    }
    if layout.racks.count > 10_000 || layout.nodes.count > 10_000 || layout.edges.count > 40_000 {
      throw .unusable(reason: "more than 10,000 racks or nodes, or 40,000 edges")
    }
    for rack in layout.racks {
      for value in [rack.x, rack.y, rack.width, rack.height] where !(abs(value) <= 1_000) {
        throw .outOfRange(what: "a rack's side", value: Double(value), allowed: -1_000...1_000)
      }
    }
    for node in layout.nodes {
      if !(0...layout.width).contains(node.x) || !(0...layout.height).contains(node.y) {
        throw .badReference(what: "a node stands outside of the site", id: node.id)
      }
    }
    let nodes = layout.nodes.indices
    for edge in layout.edges where !nodes.contains(edge.start) || !nodes.contains(edge.end) {
      throw .badReference(what: "an edge names an unknown node", id: "\(edge.start)-\(edge.end)")
    }
    for station in layout.stations where !nodes.contains(station.node) {
      throw .badReference(what: "a station names an unknown node", id: station.id)
    }
    if let corridor = layout.corridor, !(1.4...20).contains(corridor) {
      throw .outOfRange(
        what: "the corridor around edges", value: Double(corridor), allowed: 1.4...20)
    }
  }

  /// Walls of two cells all around, the racks, and all but the corridors where there are such.
  private static func raster(_ layout: Layout, columns: Int, rows: Int, cell: Float) -> [UInt8] {
    var occupied = [UInt8](repeating: layout.corridor == nil ? 0 : 1, count: columns * rows)
    func fill(_ box: Rectangle, _ value: UInt8, where inside: (Float, Float) -> Bool) {
      let left = max(0, Int((box.x / cell).rounded()))
      let right = min(columns, Int(((box.x + box.width) / cell).rounded()))
      let low = max(0, Int((box.y / cell).rounded()))
      let high = min(rows, Int(((box.y + box.height) / cell).rounded()))
      guard left < right, low < high else { return }
      for row in low..<high {
        for column in left..<right
        where inside((Float(column) + 0.5) * cell, (Float(row) + 0.5) * cell) {
          occupied[row * columns + column] = value
        }
      }
    }
    if let corridor = layout.corridor {
      let reach = corridor / 2
      for edge in layout.edges {
        let (a, b) = (layout.nodes[edge.start], layout.nodes[edge.end])
        let box = Rectangle(
          x: min(a.x, b.x) - reach, y: min(a.y, b.y) - reach,
          width: abs(a.x - b.x) + corridor, height: abs(a.y - b.y) + corridor)
        let way = Segment(Point(x: a.x, y: a.y), Point(x: b.x, y: b.y))
        fill(box, 0) { way.distance(x: $0, y: $1) <= reach }
      }
    }
    for rack in layout.racks { fill(rack, 1) { _, _ in true } }
    let (w, h) = (Float(columns) * cell, Float(rows) * cell)
    for wall in [
      Rectangle(x: 0, y: 0, width: w, height: 2 * cell),
      Rectangle(x: 0, y: h - 2 * cell, width: w, height: 2 * cell),
      Rectangle(x: 0, y: 0, width: 2 * cell, height: h),
      Rectangle(x: w - 2 * cell, y: 0, width: 2 * cell, height: h),
    ] { fill(wall, 1) { _, _ in true } }
    return occupied
  }

  /// Cuts all that stands within the walls into boxes; nil where there are more than 64.
  private static func boxes(
    of occupied: [UInt8], columns: Int, rows: Int, cell: Float
  ) -> [SIMD4<Float>]? {
    var left = occupied
    var boxes: [SIMD4<Float>] = []
    for row in 2..<rows - 2 {
      for column in 2..<columns - 2 where left[row * columns + column] != 0 {
        var right = column + 1
        while right < columns - 2, left[row * columns + right] != 0 { right += 1 }
        var top = row + 1
        while top < rows - 2,
          (column..<right).allSatisfy({ left[top * columns + $0] != 0 })
        {
          top += 1
        }
        for y in row..<top { for x in column..<right { left[y * columns + x] = 0 } }
        boxes.append(
          SIMD4(Float(column), Float(row), Float(right), Float(top)) * cell)
        if boxes.count > 64 { return nil }
      }
    }
    return boxes
  }

  /// Builds the site from its encoded plan.
  public convenience init(from decoder: any Decoder) throws {
    try self.init(Layout(from: decoder))
  }

  /// Writes the plan: everything else follows from it.
  public func encode(to encoder: any Encoder) throws { try layout.encode(to: encoder) }
}

/// A straight piece of a way.
struct Segment {
  let a: Point
  let dx: Float
  let dy: Float
  let squared: Float

  init(_ a: Point, _ b: Point) {
    self.a = a
    dx = b.x - a.x
    dy = b.y - a.y
    squared = dx * dx + dy * dy
  }

  /// Metres from a place to the nearest point of the segment.
  func distance(x: Float, y: Float) -> Float {
    let along = squared > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / squared : 0
    let t = min(1, max(0, along))
    let ox = a.x + t * dx - x
    let oy = a.y + t * dy - y
    return (ox * ox + oy * oy).squareRoot()
  }
}

/// The distance field alone, for what is computed while a site is being built.
struct Field {
  let distance: [Float]
  let columns: Int
  let rows: Int
  let cell: Float

  /// Metres to the nearest thing that stands, of the cell that holds a place.
  func clearance(x: Float, y: Float) -> Float {
    let column = Int(x / cell)
    let row = Int(y / cell)
    guard x >= 0, y >= 0, column < columns, row < rows else { return 0 }
    return distance[row * columns + column]
  }
}
