// Which blind corners the robot is about to pass, and since when it has not seen behind them.

import Basics
public import Environments
public import WorldModels

/// Keeps, for every blind corner of a site, how long the floor behind it has been out of view.
public struct CornerWatch: Sendable {
  /// Corners further away than this are not asked about, m.
  public static let reach: Float = 7
  private let corners: [BlindCorner]
  private let site: Site
  private var unseen: [Float]
  /// The corners that hide something near the robot now, with the seconds it has been hidden.
  public private(set) var hiding: [(corner: BlindCorner, unseen: Float)] = []

  /// A watch that has seen nothing of a site.
  public init(site: Site) {
    self.site = site
    corners = BlindCorner.all(of: site)
    unseen = [Float](repeating: 8, count: corners.count)
  }

  /// Looks around from (x, y).
  public mutating func observe(x: Float, y: Float, dt: Float) {
    hiding.removeAll(keepingCapacity: true)
    for i in corners.indices {
      let corner = corners[i]
      let (dx, dy) = (corner.x - x, corner.y - y)
      unseen[i] += dt
      guard dx * dx + dy * dy < Self.reach * Self.reach else { continue }
      let spot = corner.spot(back: 0.8, aside: 1)
      if site.sees(x, y, spot.x, spot.y) {
        unseen[i] = 0
        continue
      }
      let edge = corner.spot(back: -0.4, aside: 0.4)
      if site.sees(x, y, edge.x, edge.y) { hiding.append((corner, unseen[i])) }
    }
  }
}
