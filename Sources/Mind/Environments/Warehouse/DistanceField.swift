// How far every cell of a floor is from the nearest solid one.

/// Exact distances on a grid of square cells.
enum DistanceField {
  /// Metres from each cell's centre to the nearest solid cell's edge; 0 in solid cells.
  ///
  /// The distance between a point and a square is separable, so two passes of minima suffice:
  /// along the columns, then outwards along the rows until nothing nearer can come.
  ///
  /// - Parameter occupied: row-major, 1 where solid. At least one cell must be.
  static func distances(occupied: [UInt8], columns: Int, rows: Int, cell: Float) -> [Float] {
    let far = Float(columns + rows)
    var vertical = [Float](repeating: far, count: columns * rows)
    for column in 0..<columns {
      var gap = far
      for row in 0..<rows {
        let i = row * columns + column
        gap = occupied[i] != 0 ? 0 : gap + (gap == 0 ? 0.5 : 1)
        vertical[i] = min(gap, far)
      }
      gap = far
      for row in (0..<rows).reversed() {
        let i = row * columns + column
        gap = occupied[i] != 0 ? 0 : gap + (gap == 0 ? 0.5 : 1)
        vertical[i] = min(vertical[i], gap)
      }
    }
    var distances = [Float](repeating: 0, count: columns * rows)
    for row in 0..<rows {
      let start = row * columns
      for column in 0..<columns {
        var best = vertical[start + column] * vertical[start + column]
        var step = 1
        while step < columns {
          let across = (Float(step) - 0.5) * (Float(step) - 0.5)
          if across >= best { break }
          if column >= step {
            let v = vertical[start + column - step]
            best = min(best, across + v * v)
          }
          if column + step < columns {
            let v = vertical[start + column + step]
            best = min(best, across + v * v)
          }
          step += 1
        }
        distances[start + column] = best.squareRoot() * cell
      }
    }
    return distances
  }
}
