// What the lidar will show: geometry where it is known, experience where it is not.

public import Basics
public import Networks
public import Tensors

/// Corrects a warped scan beam by beam, one small network for all beams of all scans.
///
/// `N` scans of `L` beams. Geometry alone does not know what comes into view, what walks, or how
/// far to trust the motion; the network weighs the warped scan against the last one and adds what it
/// has seen in such places.
public struct LidarNetwork: Module {
  /// What a scan is imagined from.
  public struct Input: Sendable {
    /// The last scan, m. `[N, L]`
    public var last: Tensor
    /// That scan warped to the imagined pose, the last range where nothing is known, m. `[N, L]`
    public var warped: Tensor
    /// 1 where the warp knows, 0 where it does not. `[N, L]`
    public var known: Tensor
    /// Imagined x, y, heading and seconds ahead. `[N, 4]`
    public var motion: Tensor

    /// What a scan is imagined from.
    public init(last: Tensor, warped: Tensor, known: Tensor, motion: Tensor) {
      self.last = last
      self.warped = warped
      self.known = known
      self.motion = motion
    }
  }

  var hidden: Linear
  var middle: Linear
  var output: Linear
  static let reach = 3

  /// An untrained network: half of the warp and half of the last scan.
  public init(random: inout Random) {
    hidden = Linear((2 * Self.reach + 1) * 2 + 1 + 4, 48, random: &random)
    middle = Linear(48, 48, random: &random)
    output = Linear(48, 3, random: &random)
    output.weight = output.weight * 0.1
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("hidden", &hidden)
    visitor.module("middle", &middle)
    visitor.module("output", &output)
  }

  /// The imagined scan and the scale of its error, m. `[N, L]` each
  public func callAsFunction(_ input: Input) -> (ranges: Tensor, doubt: Tensor) {
    let n = input.last.shape[0]
    let beams = input.last.shape[1]
    func around(_ scan: Tensor) -> [Tensor] {
      (-Self.reach...Self.reach).map { offset in
        let at = (offset + beams) % beams
        let rolled =
          at == 0
          ? scan
          : Tensor.concatenated(
            [scan.sliced(axis: 1, at..<beams), scan.sliced(axis: 1, 0..<at)], axis: 1)
        return (rolled * 0.2).reshaped([n, beams, 1])
      }
    }
    let motion = input.motion.reshaped([n, 1, 4]).repeated(axis: 1, count: beams)
    let features = Tensor.concatenated(
      around(input.last) + around(input.warped) + [input.known.reshaped([n, beams, 1]), motion],
      axis: 2)
    let said = output(middle(hidden(features).silu()).silu())
    func part(_ i: Int) -> Tensor { said.sliced(axis: 2, i..<i + 1).reshaped([n, beams]) }
    let trust = (part(0) + 1).sigmoid()
    let ranges = trust * input.warped + (1 - trust) * input.last + part(1)
    return (ranges.clamped(to: 0...12), part(2).softplus() + 0.01)
  }

  /// The negative log likelihood of a scan under Laplace distributions, mean over beams.
  ///
  /// - Parameter ranges: what was seen. `[N, L]`
  public func loss(_ input: Input, ranges: Tensor) -> Tensor {
    let said = self(input)
    let error = (said.ranges - ranges).abs()
    return (error / said.doubt + said.doubt.log()).mean()
  }
}
