// The cost-to-go against slower ways to compute it.

import Basics
import Environments
import Planning
import Testing

@Suite struct RouteTests {
  /// A small site: two racks, a way between them.
  static func small() throws -> Site {
    try Site(
      Layout(
        name: "small", width: 8, height: 6,
        racks: [
          Rectangle(x: 2.5, y: 0.2, width: 0.6, height: 3.4),
          Rectangle(x: 5, y: 2.4, width: 0.6, height: 3.4),
        ]))
  }

  /// The eikonal equation iterated until nothing changes, in no particular order.
  static func relaxed(_ prices: [Float], near route: Route) -> [Float] {
    let site = route.site
    let (columns, rows) = (site.columns, site.rows)
    var field = [Float](repeating: .infinity, count: columns * rows)
    let column = Int(route.goal.x / site.cell)
    let row = Int(route.goal.y / site.cell)
    for r in row - 2...row + 2 {
      for c in column - 2...column + 2 {
        let i = r * columns + c
        let centre = Point(x: (Float(c) + 0.5) * site.cell, y: (Float(r) + 0.5) * site.cell)
        field[i] = centre.distance(to: route.goal) * prices[i]
      }
    }
    var changed = true
    while changed {
      changed = false
      for i in field.indices {
        let (c, r) = (i % columns, i / columns)
        let a = min(c > 0 ? field[i - 1] : .infinity, c + 1 < columns ? field[i + 1] : .infinity)
        let b = min(
          r > 0 ? field[i - columns] : .infinity, r + 1 < rows ? field[i + columns] : .infinity)
        let price = prices[i] * site.cell
        let (low, high) = (min(a, b), max(a, b))
        guard low < .infinity else { continue }
        let value =
          high - low >= price
          ? low + price
          : 0.5 * (a + b + (2 * price * price - (a - b) * (a - b)).squareRoot())
        if value < field[i] - 1e-4 {
          field[i] = value
          changed = true
        }
      }
    }
    return field
  }

  @Test(arguments: [Point(x: 7, y: 1.3), Point(x: 1.2, y: 4.8), Point(x: 4, y: 3)])
  func fastMarchingIsTheFixedPoint(goal: Point) throws {
    let site = try Self.small()
    let route = Route(site: site, goal: goal, robotRadius: 0.35)
    let slow = Self.relaxed(Route.prices(of: site, robotRadius: 0.35), near: route)
    let worst = zip(route.toGo, slow).map { abs($0 - $1) / (1 + $1) }.max()
    #expect(worst ?? 1 < 0.01)
  }

  @Test func itIsNeverShorterThanTheAirLineAndNearDijkstra() throws {
    let site = try Self.small()
    let goal = Point(x: 7, y: 1.3)
    let route = Route(site: site, goal: goal, robotRadius: 0.35)
    let prices = Route.prices(of: site, robotRadius: 0.35)
    let paths = Self.dijkstra(prices, from: goal, site: site)
    for row in stride(from: 4, to: site.rows - 4, by: 5) {
      for column in stride(from: 4, to: site.columns - 4, by: 5) {
        let i = row * site.columns + column
        guard site.distance[i] > 0.5 else { continue }
        let place = Point(
          x: (Float(column) + 0.5) * site.cell, y: (Float(row) + 0.5) * site.cell)
        #expect(route.toGo[i] >= 0.97 * place.distance(to: goal) - 0.05)
        // Eight directions make ways longer by up to 8 %, never shorter.
        #expect(route.toGo[i] <= 1.08 * paths[i] + 0.3 && route.toGo[i] >= 0.85 * paths[i] - 0.3)
      }
    }
  }

  /// Dijkstra (1959) by exhaustive relaxation over eight neighbours.
  static func dijkstra(_ prices: [Float], from goal: Point, site: Site) -> [Float] {
    var cost = [Float](repeating: .infinity, count: prices.count)
    cost[Int(goal.y / site.cell) * site.columns + Int(goal.x / site.cell)] = 0
    var changed = true
    while changed {
      changed = false
      for row in 0..<site.rows {
        for column in 0..<site.columns {
          let i = row * site.columns + column
          for r in max(0, row - 1)...min(site.rows - 1, row + 1) {
            for c in max(0, column - 1)...min(site.columns - 1, column + 1) {
              let j = r * site.columns + c
              let length: Float = r != row && c != column ? 1.414_213_5 : 1
              let via = cost[j] + 0.5 * (prices[i] + prices[j]) * length * site.cell
              if via < cost[i] - 1e-5 {
                cost[i] = via
                changed = true
              }
            }
          }
        }
      }
    }
    return cost
  }

  @Test func somebodyInTheWayMakesItLonger() throws {
    let site = try Self.small()
    let goal = Point(x: 7, y: 1.3)
    let free = Route(site: site, goal: goal, robotRadius: 0.35)
    let barred = Route(
      site: site, goal: goal, robotRadius: 0.35,
      around: [Route.Obstacle(Point(x: 4, y: 4), radius: 0.4)])
    #expect(barred.metres(1.2, 1.2) > free.metres(1.2, 1.2) + 0.05)
    #expect(abs(barred.metres(6.5, 1.3) - free.metres(6.5, 1.3)) < 1e-3)
  }

  @Test func descentLeadsToTheGoal() throws {
    let site = try Self.small()
    let goal = Point(x: 7, y: 1.3)
    let route = Route(site: site, goal: goal, robotRadius: 0.35)
    let end = route.ahead(of: Point(x: 1.2, y: 1.2), metres: 40)
    #expect(end.distance(to: goal) < 0.3)
  }
}
