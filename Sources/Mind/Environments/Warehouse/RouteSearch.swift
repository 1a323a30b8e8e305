// The shortest way over a grid: A* (Hart, Nilsson and Raphael, 1968) with landmarks (Goldberg and
// Harrelson, 2005).

extension RoutingGrid {
  /// What moves cost: whole numbers whose ratio is nearly the square root of two, so that sums are
  /// exact and equal ways cost the same.
  private static let straight: Float = 70
  private static let diagonal: Float = 99

  /// The eight moves.
  private static let moves: InlineArray<8, (columns: Int, rows: Int, cost: Float)> = [
    (1, 0, straight), (-1, 0, straight), (0, 1, straight), (0, -1, straight),
    (1, 1, diagonal), (1, -1, diagonal), (-1, 1, diagonal), (-1, -1, diagonal),
  ]

  /// The cells from one to another, or nil.
  func path(from source: Int, to target: Int) -> [Int]? {
    guard isInside(source), isInside(target) else { return nil }
    let (costs, arrivals) = search(from: source, to: target)
    guard costs[target] < .infinity else { return nil }
    var cells = [target]
    while let last = cells.last, last != source {
      let move = Self.moves[Int(arrivals[last])]
      cells.append(last - move.rows * columns - move.columns)
    }
    return cells.reversed()
  }

  /// Whether a cell is not on the border, where nothing is open: then its neighbours are cells.
  private func isInside(_ cell: Int) -> Bool {
    let (column, row) = (cell % columns, cell / columns)
    return column > 0 && row > 0 && column < columns - 1 && row < rows - 1
  }

  /// How far it is to each cell from the four open ones that lie farthest out along the diagonals.
  ///
  /// What two cells differ in their distance from a landmark, no way between them undercuts. In a
  /// building of aisles that is nearly the truth, so that a search looks at little but its way.
  func distancesFromCorners() -> [SIMD4<Float>] {
    var distances = [SIMD4<Float>](repeating: .zero, count: open.count)
    let cells = open.indices.filter { open[$0] }
    for (corner, (x, y)) in [(1, 1), (1, -1), (-1, 1), (-1, -1)].enumerated() {
      func reach(_ cell: Int) -> Int { x * (cell % columns) + y * (cell / columns) }
      guard let farthest = cells.max(by: { reach($0) < reach($1) }) else { break }
      let costs = search(from: farthest, to: nil).costs
      for cell in cells where costs[cell] < .infinity { distances[cell][corner] = costs[cell] }
    }
    return distances
  }

  /// What the cheapest way from a cell costs, and the move that each cell was reached by.
  ///
  /// - Parameter target: where to stop, entered even if it is not open; nil goes everywhere.
  private func search(from source: Int, to target: Int?) -> (costs: [Float], arrivals: [UInt8]) {
    var costs = [Float](repeating: .infinity, count: open.count)
    var arrivals = [UInt8](repeating: 0, count: open.count)
    var cost = costs.mutableSpan
    var arrival = arrivals.mutableSpan
    let open = self.open.span
    var queue = Heap()
    let guess = Guess(self, target: target)
    cost[source] = 0
    queue.push(guess.rank(0, source % columns, source / columns, cell: source), source)
    while let (rank, i) = queue.pop() {
      if i == target { break }
      let (column, row) = (i % columns, i / columns)
      let here = cost[i]
      // A cheaper way here has been found since, and followed.
      if guess.rank(here, column, row, cell: i) < rank { continue }
      for m in 0..<8 {
        let move = Self.moves[m]
        let next = i + move.rows * columns + move.columns
        let reached = here + move.cost
        guard reached < cost[next], open[next] || next == target else { continue }
        cost[next] = reached
        arrival[next] = UInt8(m)
        queue.push(
          guess.rank(reached, column + move.columns, row + move.rows, cell: next), next)
      }
    }
    return (costs, arrivals)
  }

  /// The least that a way through a cell may cost in all.
  private struct Guess {
    let landmarks: [SIMD4<Float>]
    let column: Int
    let row: Int
    /// What the landmarks say of the target, and 1 for those that know it.
    let there: SIMD4<Float>
    let known: SIMD4<Float>
    let hasTarget: Bool

    init(_ grid: RoutingGrid, target: Int?) {
      landmarks = grid.landmarks
      hasTarget = target != nil
      let target = target ?? 0
      (column, row) = (target % grid.columns, target / grid.columns)
      there = hasTarget ? grid.landmarks[target] : .zero
      known = SIMD4<Float>.zero.replacing(with: 1, where: there .> 0)
    }

    /// A rank in the queue: what a way may cost in all and, among equals, who has come farther.
    @inline(__always)
    func rank(_ reached: Float, _ column: Int, _ row: Int, cell: Int) -> Double {
      guard hasTarget else { return Double(reached) }
      let (ac, ar) = (Float(abs(column - self.column)), Float(abs(row - self.row)))
      let straight = RoutingGrid.straight * max(ac, ar)
      let extra = (RoutingGrid.diagonal - RoutingGrid.straight) * min(ac, ar)
      let gap = (landmarks[cell] - there) * known
      let far = gap.replacing(with: 0 - gap, where: gap .< 0)
      let left = max(max(straight + extra, max(far.x, far.y)), max(far.z, far.w))
      return Double(reached + left) * 0x1p24 - Double(reached)
    }
  }
}

/// A binary heap of cells, lowest rank first.
private struct Heap {
  private var items: [(rank: Double, cell: Int)] = []

  init() { items.reserveCapacity(1_024) }

  mutating func push(_ rank: Double, _ cell: Int) {
    items.append((rank, cell))
    var heap = items.mutableSpan
    var i = heap.count - 1
    while i > 0, heap[(i - 1) / 2].rank > rank {
      heap[i] = heap[(i - 1) / 2]
      i = (i - 1) / 2
    }
    heap[i] = (rank, cell)
  }

  mutating func pop() -> (rank: Double, cell: Int)? {
    guard let last = items.popLast() else { return nil }
    guard let top = items.first else { return last }
    var heap = items.mutableSpan
    let count = heap.count
    var i = 0
    while true {
      var child = 2 * i + 1
      guard child < count else { break }
      if child + 1 < count, heap[child + 1].rank < heap[child].rank { child += 1 }
      guard heap[child].rank < last.rank else { break }
      heap[i] = heap[child]
      i = child
    }
    heap[i] = last
    return top
  }
}
