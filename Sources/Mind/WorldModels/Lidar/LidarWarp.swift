// What a scan would look like from somewhere else, if the world stood still.

import Basics

/// Moves a lidar scan to another pose by geometry alone.
///
/// Neighbouring returns that are close to one another are taken for pieces of the same wall, and
/// the new beams are cut with those pieces. Where no piece is met, nothing is known.
public struct LidarWarp: Sendable {
  /// Beams of a scan, evenly spread, the first straight ahead.
  public let beams: Int
  /// Ranges from this one on mean that nothing was met, m.
  public let rangeMax: Float
  private let cosines: [Float]
  private let sines: [Float]

  /// A warp for scans of `beams` beams.
  public init(beams: Int, rangeMax: Float = 12) {
    precondition(beams > 2, "\(beams) beams are too few for a scan")
    self.beams = beams
    self.rangeMax = rangeMax
    cosines = (0..<beams).map { cosine(2 * .pi * Float($0) / Float(beams)) }
    sines = (0..<beams).map { sine(2 * .pi * Float($0) / Float(beams)) }
  }

  /// The scan from a pose (x, y, heading) in the body frame of the one that `ranges` was taken from.
  ///
  /// - Parameters:
  ///   - ranges: `[beams]`, m
  ///   - warped: `[beams]`, m; a negative number where nothing is known.
  public func callAsFunction(
    _ ranges: ArraySlice<Float>, to pose: (x: Float, y: Float, heading: Float),
    into warped: inout [Float]
  ) {
    let (s, c) = sineCosine(pose.heading)
    var px = [Float](repeating: 0, count: beams)
    var py = px
    for i in 0..<beams {
      let range = ranges[ranges.startIndex + i]
      let dx = range * cosines[i] - pose.x
      let dy = range * sines[i] - pose.y
      px[i] = c * dx + s * dy
      py[i] = c * dy - s * dx
      warped[i] = -1
    }
    for i in 0..<beams {
      let next = i + 1 == beams ? 0 : i + 1
      let a = ranges[ranges.startIndex + i]
      let b = ranges[ranges.startIndex + next]
      if min(a, b) >= rangeMax - 0.05 || abs(a - b) > 0.35 * min(a, b) + 0.3 { continue }
      cut(from: (px[i], py[i]), to: (px[next], py[next]), into: &warped)
    }
  }

  /// Shortens every beam that the wall from `a` to `b` stands in the way of.
  private func cut(from a: (Float, Float), to b: (Float, Float), into warped: inout [Float]) {
    let perBeam = Float(beams) / (2 * .pi)
    let start = arcTangent(y: a.1, x: a.0) * perBeam
    var sweep = arcTangent(y: b.1, x: b.0) * perBeam - start
    if sweep > Float(beams) / 2 { sweep -= Float(beams) }
    if sweep < -Float(beams) / 2 { sweep += Float(beams) }
    let low = min(start, start + sweep)
    let high = max(start, start + sweep)
    var beam = Int(low.rounded(.up))
    while Float(beam) <= high {
      let i = ((beam % beams) + beams) % beams
      let ex = b.0 - a.0
      let ey = b.1 - a.1
      let across = cosines[i] * ey - sines[i] * ex
      if abs(across) > 1e-6 {
        let range = min((a.0 * ey - a.1 * ex) / across, rangeMax)
        if range > 0 && (warped[i] < 0 || range < warped[i]) { warped[i] = range }
      }
      beam += 1
    }
  }
}
