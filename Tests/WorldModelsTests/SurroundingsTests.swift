// Scans moved by geometry, corners read off a map, and forecasts whose numbers are probabilities.
import Basics
import Environments
import Tensors
import Testing
import WorldModels

@Suite struct SurroundingsTests {
  /// The ranges of a square room of 8 m from a pose, by its walls' equations.
  private func room(x: Float, y: Float, heading: Float) -> [Float] {
    (0..<64).map { beam in
      let (s, c) = sineCosine(heading + 2 * .pi * Float(beam) / 64)
      let toX = c > 0 ? (4 - x) / c : c < 0 ? (-4 - x) / c : .infinity
      let toY = s > 0 ? (4 - y) / s : s < 0 ? (-4 - y) / s : .infinity
      return min(toX, toY)
    }
  }

  @Test(arguments: [(Float(0), Float(0), Float(0)), (0.5, -0.3, 0.4), (-1, 0.8, -2)])
  func warpedScanIsTheScanFromThere(x: Float, y: Float, heading: Float) {
    let before = room(x: 0, y: 0, heading: 0)
    let after = room(x: x, y: y, heading: heading)
    var warped = [Float](repeating: 0, count: 64)
    LidarWarp(beams: 64)(before[...], to: (x, y, heading), into: &warped)
    let off = zip(warped, after).filter { $0.0 > 0 }.map { abs($0.0 - $0.1) }.sorted()
    #expect(off.count > 60)
    // Only beams at the room's corners, which the pieces of wall cut off, may differ.
    #expect(off[off.count * 8 / 10] < 0.01)
  }

  @Test func aRackInTheOpenHasEightBlindCorners() throws {
    var layout = Layout.yard
    layout.racks = [Rectangle(x: 10, y: 12, width: 8, height: 2)]
    let corners = BlindCorner.all(of: try Site(layout))
    #expect(corners.count == 8)
    for corner in corners {
      let ahead = SIMD2(corner.x, corner.y) + corner.emergence
      let inside = (10...18).contains(ahead.x) && (12...14).contains(ahead.y)
      #expect(!inside && (corner.emergence * corner.outward).sum() == 0)
    }
  }

  @Test func forecastsAreDistributions() {
    var random = Random(seed: 5)
    let network = MoverNetwork(input: 9, random: &random)
    let mixture = network(Tensor.normal([11, 9], random: &random))
    let weights = mixture.logWeights.exp().sum(axis: 1).scalars
    #expect(weights.allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(mixture.along.shape == [11, MoverNetwork.modes, MoverNetwork.knots.count])
  }
}
