// Sites: distances, rays, routes, and the plans they are built from.
import Basics
import Environments
import Testing

@Suite struct SiteTests {
  static func site(_ seed: UInt64) throws -> Site { try Site(.generated(seed: seed)) }

  @Test func distancesAreExact() throws {
    let site = try Self.site(1)
    var random = Random(seed: 5)
    for _ in 0..<300 {
      let (column, row) = (random.index(below: site.columns), random.index(below: site.rows))
      let x = (Float(column) + 0.5) * site.cell
      let y = (Float(row) + 0.5) * site.cell
      var expected = min(x - 0.2, y - 0.2, site.width - 0.2 - x, site.height - 0.2 - y)
      for rack in site.racks { expected = min(expected, rack.distance(x: x, y: y)) }
      #expect(abs(site.distance[row * site.columns + column] - max(0, expected)) < 1e-3)
    }
  }

  @Test func clearanceIsNothingOutside() throws {
    let site = try Self.site(1)
    for (x, y): (Float, Float) in [(-1, 5), (5, -1), (1e9, 5), (.nan, 5), (5, .infinity)] {
      #expect(site.clearance(x, y) == 0)
      #expect(site.raycast(x, y, cosine: 1, sine: 0, max: 12) <= 12)
    }
  }

  @Test(arguments: [UInt64(1), 2, 1003]) func raysAgreeWithMarching(seed: UInt64) throws {
    let site = try Self.site(seed)
    var random = Random(seed: seed)
    for trial in 0..<200 {
      let x = random.uniform(in: 0.3...site.width - 0.3)
      let y = random.uniform(in: 0.3...site.height - 0.3)
      // Along the axes as well: there the slopes are infinite.
      let angle = trial < 8 ? Float(trial) * .pi / 2 : random.uniform(in: -3...3)
      let (s, c) = trial < 4 ? [(0, 1), (1, 0), (0, -1), (-1, 0)][trial] : sineCosine(angle)
      var marched: Float = 0
      func isSolid(_ t: Float) -> Bool {
        let (column, row) = (Int((x + t * c) * 10), Int((y + t * s) * 10))
        return site.occupied[row * site.columns + column] != 0
      }
      while marched < 12, !isSolid(marched) { marched += 0.002 }
      let cast = site.raycast(x, y, cosine: c, sine: s, max: 12)
      #expect(abs(cast - min(12, marched)) < 0.01, "from \(x), \(y) at \(angle)")
      let (ex, ey) = (x + 0.9 * cast * c, y + 0.9 * cast * s)
      #expect(site.sees(x, y, ex, ey) && site.sees(ex, ey, x, y))
    }
  }

  /// The lidar's rays go another way than `raycast`: over boxes, or in corridors over the grid.
  @Test(arguments: [true, false]) func lidarAgreesWithRays(corridors: Bool) throws {
    var layout = Layout.generated(seed: 4)
    if corridors {
      layout.racks = []
      layout.corridor = 2.6
    }
    var settings = WarehouseSettings()
    settings.layout = .fixed(try Site(layout))
    settings.movers = 0
    for seed in 0..<10 {
      var driven = Driven(Warehouse(settings), seed: UInt64(seed))
      for _ in 0..<20 { driven.step(0.5, 0.7) }
      let (pose, site) = (driven.world.truth.pose, driven.world.mission.site)
      for (i, range) in driven.world.ranges().enumerated() {
        let (s, c) = sineCosine(pose.heading + 2 * .pi * Float(i) / 64)
        let cast = site.raycast(pose.x, pose.y, cosine: c, sine: s, max: 12)
        #expect(abs(range - cast) < 0.02 || abs(range / cast - 1) < 0.02)
      }
    }
  }

  @Test(arguments: [UInt64(0), 17, 1000, 1063]) func generatedSitesAreAsPromised(seed: UInt64)
    throws
  {
    let site = try Self.site(seed)
    #expect((24...36.01).contains(site.width) && (16...24.01).contains(site.height))
    for (i, a) in site.racks.enumerated() {
      for b in site.racks.dropFirst(i + 1) {
        let across = max(b.x - a.x - a.width, a.x - b.x - b.width)
        let up = max(b.y - a.y - a.height, a.y - b.y - b.height)
        #expect(max(across, up) > 1.39, "\(a) and \(b) leave a narrow gap")
      }
    }
    // Everybody can get everywhere, and every way can be walked.
    #expect(site.graph.ways.count == site.layout.edges.count)
    for node in site.graph.nodes {
      let route = site.route(from: site.graph.nodes[0], to: node)
      #expect(route != nil)
      for (a, b) in zip(route ?? [], (route ?? []).dropFirst()) {
        for t in stride(from: Float(0), through: 1, by: 0.05) {
          #expect(site.clearance(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)) > 0.4)
        }
      }
    }
  }

  @Test func routesAreShort() throws {
    let site = try Site(.yard)
    let (a, b) = (Point(x: 3, y: 3), Point(x: 20, y: 27))
    let route = try #require(site.route(from: a, to: b))
    let length = zip(route, route.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
    #expect(length < a.distance(to: b) * 1.001)
    #expect(site.route(from: a, to: Point(x: -50, y: 1e9)) == nil || !route.isEmpty)
  }

  /// No route is longer than the shortest way over the grid, found by sweeping over all of it.
  @Test func routesAreShortest() throws {
    let site = try Site(.generated(seed: 3))
    let (columns, rows) = (site.columns / 2, site.rows / 2)
    func center(_ i: Int) -> Point {
      Point(x: (Float(i % columns) + 0.5) * 0.2, y: (Float(i / columns) + 0.5) * 0.2)
    }
    let open = (0..<columns * rows).map { i in
      let place = center(i)
      let cell = Int(place.y / site.cell) * site.columns + Int(place.x / site.cell)
      return site.distance[cell] >= 0.5
    }
    let from = try #require(open.indices.filter { open[$0] }.dropFirst(300).first)
    var least = [Float](repeating: .infinity, count: open.count)
    least[from] = 0
    let moves = [(1, 0.2), (columns, 0.2), (columns + 1, 0.282_842_7), (columns - 1, 0.282_842_7)]
      .map { ($0.0, Float($0.1)) }
    var changes = true
    while changes {
      changes = false
      for sign in [-1, 1] {
        for i in sign < 0 ? Array(open.indices) : open.indices.reversed() where open[i] {
          for (offset, length) in moves where least[i + sign * offset] + length < least[i] - 1e-4 {
            least[i] = least[i + sign * offset] + length
            changes = true
          }
        }
      }
    }
    for to in open.indices.filter({ least[$0] < .infinity && $0 != from && $0 % 97 == 0 }) {
      let route = try #require(site.route(from: center(from), to: center(to)))
      let length = zip(route, route.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
      #expect(length < least[to] + 0.01 && length > 0.9 * least[to])
    }
  }

  static let badLayouts: [Layout] = [
    Layout(name: "small", width: 1, height: 1),
    Layout(name: "NaN", width: .nan, height: 10),
    Layout(name: "huge", width: 1e9, height: 10),
    Layout(
      name: "full", width: 10, height: 10,
      racks: [Rectangle(x: 0, y: 0, width: 10, height: 10)]),
    Layout(
      name: "rack", width: 10, height: 10,
      racks: [Rectangle(x: .nan, y: 0, width: .infinity, height: 10)]),
    Layout(name: "edge", width: 10, height: 10, edges: [.init(start: 0, end: 7)]),
    Layout(name: "node", width: 10, height: 10, nodes: [.init(id: "n", x: .nan, y: 1)]),
    Layout(name: "station", width: 10, height: 10, stations: [.init(id: "s", node: -1)]),
    Layout(name: "corridor", width: 10, height: 10, corridor: .nan),
  ]

  @Test(arguments: badLayouts) func badPlansAreRefused(layout: Layout) {
    #expect(throws: LayoutError.self) { try Site(layout) }
  }
}
