// What a site answers in hot loops: clearance, rays, lines of sight.

extension Site {
  /// Metres from a place to the nearest thing that stands: bilinear between cell centres, 0 outside.
  @inlinable
  public func clearance(_ x: Float, _ y: Float) -> Float {
    let gx = x * 10 - 0.5
    let gy = y * 10 - 0.5
    // False for NaN as well, so the conversions below can not trap.
    guard gx >= 0, gy >= 0, gx < Float(columns - 1), gy < Float(rows - 1) else { return 0 }
    let column = Int(gx)
    let row = Int(gy)
    let tx = gx - Float(column)
    let ty = gy - Float(row)
    let i = row * columns + column
    // In range, as the guard has seen to: not asked again.
    return distance.withUnsafeBufferPointer { map in
      let low = map[i] + tx * (map[i + 1] - map[i])
      let high = map[i + columns] + tx * (map[i + columns + 1] - map[i + columns])
      return low + ty * (high - low)
    }
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
    let (gridX, gridY) = (Float(columns), Float(rows))
    var t: Float = 0
    while t < limit {
      let px = gx + t * cosine
      let py = gy + t * sine
      guard px >= 0, py >= 0, px < gridX, py < gridY else { return t * cell }
      let column = Int(px)
      let row = Int(py)
      let room = reach[row * columns + column]
      if room == 0 { return t * cell }
      if room > 1 {
        // The centre of the cell is at most 0.71 cells from here.
        t += Float(room) - 0.71
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

  /// Eight rays from one place at once, for what `raycast` does one by one; 0 outside of the walls.
  ///
  /// Where boxes are all that stands, the rays are cut with each of them (the slab method of Kay and
  /// Kajiya, 1986): no step depends on the one before, which is an order of magnitude faster.
  func raycast(
    _ x: Float, _ y: Float, cosines: SIMD8<Float>, sines: SIMD8<Float>, max longest: SIMD8<Float>
  ) -> SIMD8<Float> {
    let (right, top) = (width - Self.wall, height - Self.wall)
    guard x > Self.wall, y > Self.wall, x < right, y < top else { return .zero }
    if boxes.isEmpty && hasGridOnly { return march(x, y, cosines, sines, longest) }
    let inverseX = Self.inverse(cosines)
    let inverseY = Self.inverse(sines)
    // The walls: where the ray leaves the floor.
    let toX = SIMD8<Float>.larger((Self.wall - x) * inverseX, (right - x) * inverseX)
    let toY = SIMD8<Float>.larger((Self.wall - y) * inverseY, (top - y) * inverseY)
    var range = SIMD8<Float>.smaller(longest, SIMD8<Float>.smaller(toX, toY))
    // Only what lies where rays can get to is cut.
    let (ex, ey) = (x + cosines * longest, y + sines * longest)
    let (least, most) = (SIMD2(ex.least, ey.least), SIMD2((0 - ex).least, (0 - ey).least))
    let reached = SIMD4(min(x, least.x), min(y, least.y), min(-x, most.x), min(-y, most.y))
    boxes.withUnsafeBufferPointer { boxes in
      for box in boxes where Self.overlaps(box, reached) {
        let (left, right) = ((box[0] - x) * inverseX, (box[2] - x) * inverseX)
        let (low, high) = ((box[1] - y) * inverseY, (box[3] - y) * inverseY)
        let near = SIMD8<Float>.larger(.smaller(left, right), .smaller(low, high))
        let far = SIMD8<Float>.smaller(.larger(left, right), .larger(low, high))
        let hit = (near .<= far) .& (far .>= 0) .& (near .< range)
        range.replace(with: near, where: hit)
      }
    }
    return SIMD8<Float>.larger(range, .zero)
  }

  /// Whether a box has a part in another, given as its lower ends and the negatives of its upper ones.
  @inline(__always)
  private static func overlaps(_ box: SIMD4<Float>, _ other: SIMD4<Float>) -> Bool {
    // Beyond zero where the one begins after the other has ended.
    let low = box.lowHalf + other.highHalf
    let high = other.lowHalf - box.highHalf
    let apart = low.replacing(with: high, where: high .> low)
    return max(apart.x, apart.y) <= 0
  }

  /// Eight rays over the grid, one by one.
  private func march(
    _ x: Float, _ y: Float, _ cosines: SIMD8<Float>, _ sines: SIMD8<Float>,
    _ longest: SIMD8<Float>
  ) -> SIMD8<Float> {
    var ranges = SIMD8<Float>.zero
    for i in 0..<8 where longest[i] > 0 {
      ranges[i] = raycast(x, y, cosine: cosines[i], sine: sines[i], max: longest[i])
    }
    return ranges
  }

  /// One over each lane; for 0 a number so large that it acts as infinity, but gives no NaN.
  @inline(__always)
  private static func inverse(_ a: SIMD8<Float>) -> SIMD8<Float> {
    (1 / a).replacing(with: 1e30, where: a .== 0)
  }
}
