// How far it still is: the cost of the way to a goal, from everywhere in a site.

public import Environments

/// The cost-to-go from every cell of a site to one goal, computed once per mission and shared.
///
/// Fast marching (Sethian, 1996): Dijkstra's algorithm with the upwind solution of |∇u| = f in the
/// place of the sum along an edge, so that the field is a length in metres and has no preferred
/// directions. f is 1 on free floor and grows near what stands, where a robot goes slower and a
/// mistake costs more. What stands can be crossed at a forbidding price: a robot that imagines itself
/// in a rack still learns which way is out.
public final class Route: Sendable {
  /// The site it leads through.
  public let site: Site
  /// Where it leads.
  public let goal: Point
  /// Metres to go, made longer by closeness; row-major like the site. `[rows, columns]`
  public let toGo: [Float]

  /// What a metre costs where the robot's hull would nearly touch, and inside of what stands.
  private static let narrowCost: Float = 30
  private static let solidCost: Float = 200
  /// Room between hull and racks below which a metre costs more than a metre, m.
  private static let comfort: Float = 0.35
  private static let closeness: Float = 2

  /// Somebody who stands in the way.
  public struct Obstacle: Sendable, Hashable {
    /// Its middle.
    public var place: Point
    /// Metres.
    public var radius: Float

    /// Somebody who stands in the way.
    public init(_ place: Point, radius: Float) {
      self.place = place
      self.radius = radius
    }
  }

  /// Computes the field for a robot of this radius, around those who stand in the way.
  public init(site: Site, goal: Point, robotRadius: Float, around obstacles: [Obstacle] = []) {
    self.site = site
    self.goal = goal
    toGo = FastMarching.field(
      from: goal, prices: Self.prices(of: site, robotRadius: robotRadius, around: obstacles),
      columns: site.columns, rows: site.rows, cell: site.cell)
  }

  /// The route of a mission.
  public convenience init(_ mission: Mission, around obstacles: [Obstacle] = []) {
    self.init(
      site: mission.site, goal: mission.goal, robotRadius: mission.robotRadius, around: obstacles)
  }

  /// What a metre costs in each cell. `[rows, columns]`
  public static func prices(
    of site: Site, robotRadius: Float, around obstacles: [Obstacle] = []
  ) -> [Float] {
    var prices = site.distance.indices.map { i in
      price(site.distance[i], occupied: site.occupied[i] != 0, radius: robotRadius)
    }
    for obstacle in obstacles {
      let reach = obstacle.radius + robotRadius + comfort
      let columns = cells(obstacle.place.x, reach, site.columns, site.cell)
      for row in cells(obstacle.place.y, reach, site.rows, site.cell) {
        for column in columns {
          let centre = Point(
            x: (Float(column) + 0.5) * site.cell, y: (Float(row) + 0.5) * site.cell)
          let distance = centre.distance(to: obstacle.place) - obstacle.radius
          let i = row * site.columns + column
          prices[i] = max(prices[i], price(distance, occupied: false, radius: robotRadius))
        }
      }
    }
    return prices
  }

  /// The cells of an axis within `reach` of a coordinate.
  private static func cells(
    _ middle: Float, _ reach: Float, _ count: Int, _ cell: Float
  ) -> Range<Int> {
    let low = min(count, max(0, Int((middle - reach) / cell)))
    return low..<max(low, min(count, Int((middle + reach) / cell) + 1))
  }

  private static func price(_ distance: Float, occupied: Bool, radius: Float) -> Float {
    if occupied { return solidCost }
    let room = distance - radius
    if room < 0.03 { return narrowCost }
    let lack = max(0, 1 - room / comfort)
    return 1 + closeness * lack * lack
  }

  /// Metres to go from a place, bilinear between cell centres; the nearest cell's outside.
  @inlinable
  public func metres(_ x: Float, _ y: Float) -> Float {
    toGo.withUnsafeBufferPointer { toGo in
      Self.bilinear(toGo, x, y, columns: site.columns, rows: site.rows, scale: 1 / site.cell)
    }
  }

  /// The direction in which it gets shorter, not normalized.
  public func descent(_ x: Float, _ y: Float) -> (dx: Float, dy: Float) {
    let h = site.cell
    return (
      metres(x - h, y) - metres(x + h, y),
      metres(x, y - h) - metres(x, y + h)
    )
  }

  /// The place where one gets by following the descent for a while from here.
  public func ahead(of start: Point, metres length: Float) -> Point {
    var place = start
    let step = site.cell
    for _ in 0..<Int(length / step) {
      if place.distance(to: goal) < 2 * step { return goal }
      let (dx, dy) = descent(place.x, place.y)
      let norm = (dx * dx + dy * dy).squareRoot()
      if norm < 1e-6 { return place }
      place.x += step * dx / norm
      place.y += step * dy / norm
    }
    return place
  }

  /// Between the centres of four cells of a row-major field.
  @inlinable
  @inline(__always)
  static func bilinear(
    _ field: UnsafeBufferPointer<Float>, _ x: Float, _ y: Float, columns: Int, rows: Int,
    scale: Float
  ) -> Float {
    let gx = min(max(x * scale - 0.5, 0), Float(columns) - 1.001)
    let gy = min(max(y * scale - 0.5, 0), Float(rows) - 1.001)
    let column = Int(gx)
    let row = Int(gy)
    let tx = gx - Float(column)
    let ty = gy - Float(row)
    let i = row &* columns &+ column
    let low = field[i] + tx * (field[i &+ 1] - field[i])
    let high = field[i &+ columns] + tx * (field[i &+ columns &+ 1] - field[i &+ columns])
    return low + ty * (high - low)
  }
}
