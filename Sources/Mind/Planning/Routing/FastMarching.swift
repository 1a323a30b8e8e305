// The eikonal equation on a grid, in the order of arrival.

import Environments

/// Arrival times of a front that takes `prices` to cross a metre.
enum FastMarching {
  /// Cost from each cell to `source`, `[rows, columns]`; `infinity` where a price is infinite.
  ///
  /// - Complexity: O(n log n) in the number of cells.
  static func field(
    from source: Point, prices: [Float], columns: Int, rows: Int, cell: Float
  ) -> [Float] {
    precondition(
      prices.count == columns * rows, "\(prices.count) prices for \(columns)x\(rows) cells")
    var field = [Float](repeating: .infinity, count: columns * rows)
    var queue = ArrivalQueue(capacity: columns * rows / 2)
    var isDone = [Bool](repeating: false, count: columns * rows)
    begin(at: source, &field, &queue, prices: prices, columns: columns, rows: rows, cell: cell)
    field.withUnsafeMutableBufferPointer { field in
      isDone.withUnsafeMutableBufferPointer { isDone in
        prices.withUnsafeBufferPointer { prices in
          while let i = queue.pop() {
            if isDone[i] { continue }
            isDone[i] = true
            let column = i % columns
            let row = i / columns
            for next in [
              column > 0 ? i - 1 : -1, column < columns - 1 ? i + 1 : -1,
              row > 0 ? i - columns : -1, row < rows - 1 ? i + columns : -1,
            ] where next >= 0 && !isDone[next] {
              let value = arrival(
                at: next, field, price: prices[next] * cell, columns: columns, rows: rows)
              if value < field[next] {
                field[next] = value
                queue.push(value, next)
              }
            }
          }
        }
      }
    }
    return field
  }

  /// The cells around the source get the length of the straight line, which the upwind scheme is
  /// worst at.
  private static func begin(
    at source: Point, _ field: inout [Float], _ queue: inout ArrivalQueue, prices: [Float],
    columns: Int, rows: Int, cell: Float
  ) {
    let centre = (
      column: min(columns - 1, max(0, Int(source.x / cell))),
      row: min(rows - 1, max(0, Int(source.y / cell)))
    )
    for row in max(0, centre.row - 2)...min(rows - 1, centre.row + 2) {
      for column in max(0, centre.column - 2)...min(columns - 1, centre.column + 2) {
        let dx = (Float(column) + 0.5) * cell - source.x
        let dy = (Float(row) + 0.5) * cell - source.y
        let i = row * columns + column
        field[i] = (dx * dx + dy * dy).squareRoot() * prices[i]
        queue.push(field[i], i)
      }
    }
  }

  /// The upwind solution at a cell from its least neighbours along each axis.
  static func arrival(
    at i: Int, _ field: UnsafeMutableBufferPointer<Float>, price: Float, columns: Int, rows: Int
  ) -> Float {
    let column = i % columns
    let row = i / columns
    let left = column > 0 ? field[i - 1] : .infinity
    let right = column < columns - 1 ? field[i + 1] : .infinity
    let below = row > 0 ? field[i - columns] : .infinity
    let above = row < rows - 1 ? field[i + columns] : .infinity
    let a = min(left, right)
    let b = min(below, above)
    let low = min(a, b)
    let high = max(a, b)
    if high - low >= price { return low + price }
    return 0.5 * (a + b + (2 * price * price - (a - b) * (a - b)).squareRoot())
  }
}

/// A binary heap of cells by arrival; a cell may be in it more than once.
private struct ArrivalQueue {
  private var items: [(cost: Float, cell: Int32)] = []

  init(capacity: Int) { items.reserveCapacity(capacity) }

  mutating func push(_ cost: Float, _ cell: Int) {
    items.append((cost, Int32(truncatingIfNeeded: cell)))
    items.withUnsafeMutableBufferPointer { items in
      let item = items[items.count - 1]
      var i = items.count - 1
      while i > 0 {
        let parent = (i - 1) / 2
        if items[parent].cost <= item.cost { break }
        items[i] = items[parent]
        i = parent
      }
      items[i] = item
    }
  }

  mutating func pop() -> Int? {
    guard let top = items.first, let last = items.popLast() else { return nil }
    if items.isEmpty { return Int(top.cell) }
    items.withUnsafeMutableBufferPointer { items in
      var i = 0
      while true {
        var child = 2 * i + 1
        if child >= items.count { break }
        if child + 1 < items.count, items[child + 1].cost < items[child].cost { child += 1 }
        if items[child].cost >= last.cost { break }
        items[i] = items[child]
        i = child
      }
      items[i] = last
    }
    return Int(top.cell)
  }
}
