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
    let low = distance[i] + tx * (distance[i + 1] - distance[i])
    let high =
      distance[i + columns] + tx * (distance[i + columns + 1] - distance[i + columns])
    return low + ty * (high - low)
  }

  /// Whether a place is surely farther than `metres` from everything: a quick no, or a sure yes.
  func isRoomy(_ x: Float, _ y: Float, by metres: Float) -> Bool {
    guard x >= 0, y >= 0, x < width, y < height else { return false }
    let i = min(reach.count - 1, Int(y * 10) * columns + Int(x * 10))
    return (Float(reach[i]) - 0.71) * cell > metres
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

  /// Eight rays from one place at once, for what `raycast` does one by one: the chains of dependent
  /// loads overlap, so that eight cost little more than two.
  ///
  /// The place must be inside of the walls; 0 for every ray otherwise.
  func raycast(
    _ x: Float, _ y: Float, cosines: SIMD8<Float>, sines: SIMD8<Float>, max longest: SIMD8<Float>
  ) -> SIMD8<Float> {
    guard x > 0, y > 0, x < width, y < height else { return .zero }
    typealias Eight = SIMD8<Float>
    let (gx, gy) = (x * 10, y * 10)
    let limit = longest * 10
    let one = Eight(repeating: 1)
    let huge = Eight(repeating: .greatestFiniteMagnitude)
    let (levelX, levelY) = (cosines .== 0, sines .== 0)
    let inverseX = (one / cosines).replacing(with: huge, where: levelX)
    let inverseY = (one / sines).replacing(with: huge, where: levelY)
    let forwardX = Eight.zero.replacing(with: one, where: cosines .>= 0)
    let forwardY = Eight.zero.replacing(with: one, where: sines .>= 0)
    // Adding 1.5 · 2²³ rounds to a whole number, in every instruction set alike, and leaves it in the
    // low 22 bits; taking a half off before makes it round down. A site has at most 2,000² cells.
    let whole: Float = 0x1.8p23
    let stride = Float(columns)
    var t = Eight.zero
    let last = Float(reach.count - 1)
    var going = t .< limit
    reach.withUnsafeBufferPointer { reach in
      while going.isAnySet {
        let px = gx + t * cosines
        let py = gy + t * sines
        let column = (px - 0.5 + whole) - whole
        let row = (py - 0.5 + whole) - whole
        let place = row * stride + column
        // Rays end in the walls, so the place is one of the grid's; the mask keeps it so for NaN.
        let inside = place.replacing(with: last, where: .!(place .<= last) .| (place .< 0))
        let index = unsafeBitCast(inside + whole, to: SIMD8<UInt32>.self) & 0x3F_FFFF
        let found = SIMD8<UInt32>(
          UInt32(reach[Int(index[0])]), UInt32(reach[Int(index[1])]),
          UInt32(reach[Int(index[2])]), UInt32(reach[Int(index[3])]),
          UInt32(reach[Int(index[4])]), UInt32(reach[Int(index[5])]),
          UInt32(reach[Int(index[6])]), UInt32(reach[Int(index[7])]))
        let rooms = unsafeBitCast(found | 0x4B00_0000, to: Eight.self) - 0x1p23
        let toX = (column + forwardX - px) * inverseX
        let toY = (row + forwardY - py) * inverseY
        let near = toX.replacing(with: toY, where: toY .< toX) + 1e-3
        let step = near.replacing(with: rooms - 0.71, where: rooms .> 1)
        going = going .& (rooms .> 0)
        t.replace(with: t + step, where: going)
        going = going .& (t .< limit)
      }
    }
    let metres = t * cell
    return metres.replacing(with: longest, where: longest .< metres)
  }
}

extension SIMDMask where Storage == SIMD8<Int32> {
  /// What `any` says, in a few instructions: that one asks lane by lane.
  @inline(__always)
  var isAnySet: Bool {
    let words = unsafeBitCast(self, to: SIMD4<UInt64>.self)
    return words[0] | words[1] | words[2] | words[3] != 0
  }
}
