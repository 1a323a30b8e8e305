// What a site answers in hot loops: clearance, rays, lines of sight.

extension Site {
  /// Metres from a place to the nearest thing that stands: bilinear between cell centres, 0 outside.
  @inlinable
  public func clearance(_ x: Float, _ y: Float) -> Float {
    let gx = x / cell - 0.5
    let gy = y / cell - 0.5
    // False for NaN as well, so the conversions below can not trap.
    guard gx >= 0, gy >= 0, gx < Float(columns - 1), gy < Float(rows - 1) else { return 0 }
    let column = Int(gx)
    let row = Int(gy)
    let tx = gx - Float(column)
    let ty = gy - Float(row)
    let i = row * columns + column
    let low = distance[i] + tx * (distance[i + 1] - distance[i])
    let high =
      distance[i + columns] + tx * (distance[i + columns + 1] - distance[i + columns])
    return low + ty * (high - low)
  }

  /// The direction in which the clearance grows fastest, not normalized.
  @inlinable
  public func slope(_ x: Float, _ y: Float) -> (dx: Float, dy: Float) {
    let dx = clearance(x + cell, y) - clearance(x - cell, y)
    let dy = clearance(x, y + cell) - clearance(x, y - cell)
    return (dx, dy)
  }

  /// Metres along a ray to the first thing that stands, at most `max`.
  ///
  /// Sphere tracing where there is room, from cell to cell where there is not: the answer is exact
  /// to the grid. (cosine, sine) is the direction and must have length one.
  @inlinable
  public func raycast(
    _ x: Float, _ y: Float, cosine: Float, sine: Float, max longest: Float
  ) -> Float {
    let scale = 1 / cell
    let (gx, gy) = (x * scale, y * scale)
    let limit = longest * scale
    // Along an axis the other one's lines are never met.
    let inverseX = cosine == 0 ? Float.greatestFiniteMagnitude : 1 / cosine
    let inverseY = sine == 0 ? Float.greatestFiniteMagnitude : 1 / sine
    let forwardX: Float = cosine >= 0 ? 1 : 0
    let forwardY: Float = sine >= 0 ? 1 : 0
    var t: Float = 0
    while t < limit {
      let px = gx + t * cosine
      let py = gy + t * sine
      guard px >= 0, py >= 0, px < Float(columns), py < Float(rows) else { return t * cell }
      let column = Int(px)
      let row = Int(py)
      let room = distance[row * columns + column]
      if room == 0 { return t * cell }
      if room > 0.2 {
        // The centre of the cell is at most 0.71 cells from here.
        t += room * scale - 0.71
      } else {
        let toX = (Float(column) + forwardX - px) * inverseX
        let toY = (Float(row) + forwardY - py) * inverseY
        // A little further than the line, to be in the next cell for certain.
        t += (toX < toY ? toX : toY) + 1e-3
      }
    }
    return longest
  }

  /// Whether nothing stands between two places.
  @inlinable
  public func sees(_ ax: Float, _ ay: Float, _ bx: Float, _ by: Float) -> Bool {
    let dx = bx - ax
    let dy = by - ay
    let length = (dx * dx + dy * dy).squareRoot()
    if length < 1e-4 { return true }
    let scale = 1 / length
    return raycast(ax, ay, cosine: dx * scale, sine: dy * scale, max: length) >= length
  }
}
