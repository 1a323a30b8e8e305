// The shortest way for a robot among things that stand.

/// A coarse grid on which routes are searched. Cells that a robot's middle may enter are open.
struct RoutingGrid: Sendable {
  static let cell: Float = 0.2
  /// What a route keeps from everything that stands: the robot's radius and 15 cm.
  static let margin: Float = 0.5

  let columns: Int
  let rows: Int
  let open: [Bool]
  /// What four far corners are from each cell, along the shortest ways; 0 where there is none. Empty
  /// while they are being found.
  private(set) var landmarks: [SIMD4<Float>] = []

  init(field: Field) {
    columns = field.columns / 2
    rows = field.rows / 2
    var open = [Bool](repeating: false, count: columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let place = Self.center(column, row)
        open[row * columns + column] =
          field.clearance(x: place.x, y: place.y) >= Self.margin
      }
    }
    self.open = open
    landmarks = distancesFromCorners()
  }

  private static func center(_ column: Int, _ row: Int) -> Point {
    Point(x: (Float(column) + 0.5) * cell, y: (Float(row) + 0.5) * cell)
  }

  private func index(of place: Point) -> Int {
    let column = min(columns - 1, max(0, Int(place.x / Self.cell)))
    let row = min(rows - 1, max(0, Int(place.y / Self.cell)))
    return row * columns + column
  }

  /// Every second cell of the largest connected part that keeps 0.8 m from everything.
  func spots(field: Field) -> [Point] {
    var part = [Int32](repeating: 0, count: open.count)
    var sizes = [0]
    for seed in open.indices where open[seed] && part[seed] == 0 {
      let label = Int32(sizes.count)
      var stack = [seed]
      part[seed] = label
      var size = 0
      while let i = stack.popLast() {
        size += 1
        for next in [i - 1, i + 1, i - columns, i + columns]
        where open.indices.contains(next) && open[next] && part[next] == 0 {
          part[next] = label
          stack.append(next)
        }
      }
      sizes.append(size)
    }
    let largest = Int32(sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0)
    var spots: [Point] = []
    for row in stride(from: 0, to: rows, by: 2) {
      for column in stride(from: 0, to: columns, by: 2)
      where largest > 0 && part[row * columns + column] == largest {
        let place = Self.center(column, row)
        if field.clearance(x: place.x, y: place.y) >= 0.8 { spots.append(place) }
      }
    }
    return spots
  }

  /// The shortest way over the grid, pulled tight; nil where there is none.
  func route(from start: Point, to goal: Point, on site: Site) -> [Point]? {
    guard let cells = path(from: index(of: start), to: index(of: goal)) else { return nil }
    var points = cells.map { Self.center($0 % columns, $0 / columns) }
    points[0] = start
    if points.count == 1 { points.append(goal) } else { points[points.count - 1] = goal }
    return tightened(points, on: site)
  }

  /// Leaves out every point that a straight, clear line can pass by. How far that goes is found by
  /// doubling the step while it is clear, and then by halving it.
  private func tightened(_ points: [Point], on site: Site) -> [Point] {
    var kept = [points[0]]
    var from = 0
    while from < points.count - 1 {
      var to = from + 1
      var step = 1
      while to + step < points.count, isClear(points[from], points[to + step], on: site) {
        to += step
        step *= 2
      }
      while step > 1 {
        step /= 2
        if to + step < points.count, isClear(points[from], points[to + step], on: site) {
          to += step
        }
      }
      kept.append(points[to])
      from = to
    }
    return kept
  }

  private func isClear(_ a: Point, _ b: Point, on site: Site) -> Bool {
    let length = a.distance(to: b)
    let pieces = max(1, Int(length / 0.1))
    let least = Self.margin - 0.02
    var piece = 0
    while piece <= pieces {
      let t = Float(piece) / Float(pieces)
      let room = site.clearance(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y))
      if room < least { return false }
      // Between cells the clearance falls by less than 1.5 m a metre: so far it can not get short.
      let free = (room - least) / (1.5 * length) * Float(pieces) - 0.01
      piece += free >= 1 ? Int(min(free, Float(pieces))) : 1
    }
    return true
  }
}

extension Site {
  /// The shortest way for a robot's middle between two places, as corner points from start to goal;
  /// nil where there is none.
  public func route(from start: Point, to goal: Point) -> [Point]? {
    routing.route(from: start, to: goal, on: self)
  }
}
