// Where somebody could step out: the rack ends that hide a part of the floor from the robot.

import Basics
public import Environments

/// One side of a rack's end, seen as a place that somebody may come out of.
///
///          outward ↑   · robot
///                  │
///      ────────────┘ → emergence        The rack lies below; whoever walks along its hidden face
///          rack    │                    comes past the corner in the direction of emergence.
public struct BlindCorner: Sendable, Hashable {
  /// The corner, m.
  public var x: Float
  /// The corner, m.
  public var y: Float
  /// The direction in which somebody would come out.
  public var emergence: SIMD2<Float>
  /// The direction out of the rack's hidden face.
  public var outward: SIMD2<Float>

  /// The place behind the corner that must be seen to know that nobody is about to come.
  ///
  /// - Parameters:
  ///   - back: how far behind the corner, m.
  ///   - aside: how far from the rack's face, m.
  public func spot(back: Float, aside: Float) -> SIMD2<Float> {
    SIMD2(x, y) - emergence * back + outward * aside
  }

  /// A vector in the corner's frame: along the emergence, and outward.
  public func local(_ vector: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2((vector * emergence).sum(), (vector * outward).sum())
  }

  /// All of a site's corners that somebody could come out of: two for each free end of a rack.
  public static func all(of site: Site) -> [BlindCorner] {
    var corners: [BlindCorner] = []
    for rack in site.racks {
      for (px, inX) in [(rack.x, Float(1)), (rack.x + rack.width, -1)] {
        for (py, inY) in [(rack.y, Float(1)), (rack.y + rack.height, -1)] {
          corners.append(
            BlindCorner(x: px, y: py, emergence: [-inX, 0], outward: [0, -inY]))
          corners.append(
            BlindCorner(x: px, y: py, emergence: [0, -inY], outward: [-inX, 0]))
        }
      }
    }
    return corners.filter { corner in
      [(1.2, 0.7), (-0.6, 0.7)].allSatisfy { back, aside in
        let spot = corner.spot(back: Float(back), aside: Float(aside))
        return spot.x > 0 && spot.y > 0 && spot.x < site.width && spot.y < site.height
          && site.clearance(spot.x, spot.y) > 0.35
      }
    }
  }
}
