// The shortest way for a robot among things that stand.

/// A coarse grid on which routes are searched. Cells that a robot's middle may enter are open.
struct RoutingGrid: Sendable {
  static let cell: Float = 0.2
  /// What a route keeps from everything that stands: the robot's radius and 15 cm.
  static let margin: Float = 0.5

  let columns: Int
  let rows: Int
  let open: [Bool]

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

  /// The shortest way over the grid (A*; Hart, Nilsson and Raphael, 1968), pulled tight; nil where
  /// there is none.
  func route(from start: Point, to goal: Point, on site: Site) -> [Point]? {
    let source = index(of: start)
    let target = index(of: goal)
    guard let cells = search(from: source, to: target) else { return nil }
    var points = cells.map { Self.center($0 % columns, $0 / columns) }
    points[0] = start
    if points.count == 1 { points.append(goal) } else { points[points.count - 1] = goal }
    return tightened(points, on: site)
  }

  private func search(from source: Int, to target: Int) -> [Int]? {
    var costs = [Float](repeating: .infinity, count: open.count)
    var parents = [Int32](repeating: -1, count: open.count)
    var cost = costs.mutableSpan
    var parent = parents.mutableSpan
    let open = self.open.span
    var queue = Heap()
    let (targetColumn, targetRow) = (target % columns, target / columns)
    let moves: InlineArray<8, (columns: Int, rows: Int, length: Float)> = [
      (1, 0, 1), (-1, 0, 1), (0, 1, 1), (0, -1, 1),
      (1, 1, 1.414_213_5), (1, -1, 1.414_213_5), (-1, 1, 1.414_213_5), (-1, -1, 1.414_213_5),
    ]
    /// A cell's cost and the least that may be left, which no obstacle shortens.
    @inline(__always)
    func estimate(_ reached: Float, _ column: Int, _ row: Int) -> Float {
      let (ac, ar) = (Float(abs(column - targetColumn)), Float(abs(row - targetRow)))
      return reached + max(ac, ar) + 0.414_213_5 * min(ac, ar)
    }
    cost[source] = 0
    queue.push(0, source)
    while let (known, i) = queue.pop() {
      if i == target { break }
      let (column, row) = (i % columns, i / columns)
      let here = cost[i]
      // A cheaper way here has been found since, and followed.
      if estimate(here, column, row) < known { continue }
      for m in 0..<8 {
        let (c, r) = (column + moves[m].columns, row + moves[m].rows)
        guard c >= 0, r >= 0, c < columns, r < rows else { continue }
        let next = r * columns + c
        let reached = here + moves[m].length
        guard open[next] || next == target, reached < cost[next] else { continue }
        cost[next] = reached
        parent[next] = Int32(truncatingIfNeeded: i)
        queue.push(estimate(reached, c, r), next)
      }
    }
    guard cost[target] < .infinity else { return nil }
    var cells = [target]
    while let last = cells.last, parent[last] >= 0 { cells.append(Int(parent[last])) }
    return cells.reversed()
  }

  /// Leaves out every point that a straight, clear line can pass by.
  private func tightened(_ points: [Point], on site: Site) -> [Point] {
    var kept = [points[0]]
    var from = 0
    while from < points.count - 1 {
      var to = from + 1
      var next = to + 1
      while next < points.count, isClear(points[from], points[next], on: site) {
        to = next
        next += 1
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

/// A binary heap of cells, least cost first.
private struct Heap {
  private var items: [(cost: Float, cell: Int32)] = []

  init() { items.reserveCapacity(4_096) }

  mutating func push(_ cost: Float, _ cell: Int) {
    let item = (cost: cost, cell: Int32(truncatingIfNeeded: cell))
    items.append(item)
    var heap = items.mutableSpan
    var i = heap.count - 1
    while i > 0, heap[(i - 1) / 2].cost > cost {
      heap[i] = heap[(i - 1) / 2]
      i = (i - 1) / 2
    }
    heap[i] = item
  }

  mutating func pop() -> (cost: Float, cell: Int)? {
    guard let last = items.popLast() else { return nil }
    guard let top = items.first else { return (last.cost, Int(last.cell)) }
    var heap = items.mutableSpan
    let count = heap.count
    var i = 0
    while true {
      var child = 2 * i + 1
      guard child < count else { break }
      if child + 1 < count, heap[child + 1].cost < heap[child].cost { child += 1 }
      guard heap[child].cost < last.cost else { break }
      heap[i] = heap[child]
      i = child
    }
    heap[i] = last
    return (top.cost, Int(top.cell))
  }
}

extension Site {
  /// The shortest way for a robot's middle between two places, as corner points from start to goal;
  /// nil where there is none.
  public func route(from start: Point, to goal: Point) -> [Point]? {
    routing.route(from: start, to: goal, on: self)
  }
}
