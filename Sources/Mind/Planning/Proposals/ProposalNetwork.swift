// What a search would probably find, said at once.

public import Basics
public import Networks
public import Tensors

/// A few plans for an outlook, learned from what searches chose.
///
/// `N` rows, `M` modes, `P` floats of a plan's knots. The modes share a network and compete: each
/// learns mostly from the rows where it came closest (multiple choice learning; Guzmán-Rivera et al.,
/// 2012), so that "left" and "right" do not become a mean that drives into what is between them.
public struct ProposalNetwork: Module {
  /// Plans for an outlook.
  public static let modes = 3
  /// The share of the loss that all modes have in all rows, so that none is forgotten.
  static let kindness: Float = 0.1
  /// How much each knot counts: only the first commands of a plan are ever given.
  static let importance: [Float] = [3, 2, 1.5, 1, 0.8, 0.6, 0.5]

  var layers: MLP

  /// A network that has not learned yet.
  public init(random: inout Random) {
    layers = MLP(
      [Outlook.count, 128, 96, Self.modes * (1 + PlanKnots.floats)], random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("layers", &layers)
  }

  /// What is proposed: log weights of the modes `[N, M]`, and knots `[N, M, P]`.
  func said(_ rows: Tensor) -> (logWeights: Tensor, knots: Tensor) {
    let (n, m) = (rows.shape[0], Self.modes)
    let said = layers(rows)
    return (
      said.sliced(axis: 1, 0..<m).logSoftmax(),
      said.sliced(axis: 1, m..<m + m * PlanKnots.floats).reshaped([n, m, PlanKnots.floats])
    )
  }

  /// How far each mode is from what was chosen. `[N, M]`
  private func distance(_ knots: Tensor, to chosen: Tensor) -> Tensor {
    let n = chosen.shape[0]
    let all = chosen.reshaped([n, 1, PlanKnots.floats]).repeated(axis: 1, count: Self.modes)
    let weights = Tensor(
      Self.importance.flatMap { [$0, $0] }.map { $0 / Float(PlanKnots.floats) },
      shape: [PlanKnots.floats])
    return ((knots - all).huber(0.3) * weights).sum(axis: 2)
  }

  /// The distance of the nearest mode, and the surprise at which one it is.
  ///
  /// - Parameters:
  ///   - rows: outlooks. `[N, Outlook.count]`
  ///   - chosen: the knots that searches chose. `[N, P]`
  public func loss(_ rows: Tensor, chosen: Tensor) -> Tensor {
    let (n, m) = (rows.shape[0], Self.modes)
    let (logWeights, knots) = said(rows)
    let distance = distance(knots, to: chosen)
    let far = distance.scalars
    var nearest = [Float](repeating: 0, count: n * m)
    for row in 0..<n {
      var best = row * m
      for i in row * m..<(row + 1) * m where far[i] < far[best] { best = i }
      nearest[best] = 1
    }
    let isNearest = Tensor(nearest, shape: [n, m])
    let share = isNearest * (1 - Self.kindness) + Self.kindness / Float(m)
    let surprise = -(logWeights * isNearest).sum() * (1 / Float(n))
    return (distance * share).sum() * (1 / Float(n)) + surprise * 0.02
  }

  /// The mean distance of the nearest mode: what is measured on drives that were not learned from.
  public func error(_ rows: Tensor, chosen: Tensor) -> Float {
    let m = Self.modes
    let far = distance(said(rows).knots, to: chosen).scalars
    let least = (0..<far.count / m).map { far[$0 * m..<($0 + 1) * m].min() ?? 0 }
    return least.reduce(0, +) / Float(max(1, least.count))
  }

  /// Plans for an outlook: those of one who knows the last plan, likely ones first, then those of one
  /// who does not.
  func plans(for outlook: Outlook, steps: Int, speedMax: Float) -> [Plan] {
    var rows: [Float] = []
    outlook.append(to: &rows)
    outlook.append(to: &rows, knowsPlan: false)
    let said = said(Tensor(rows, shape: [2, Outlook.count]))
    let weights = said.logWeights.scalars
    let knots = said.knots.scalars
    let (m, p) = (Self.modes, PlanKnots.floats)
    return (0..<2).flatMap { row in
      (row * m..<(row + 1) * m).sorted { weights[$0] > weights[$1] }.map { i in
        PlanKnots(knots[i * p..<(i + 1) * p]).plan(steps: steps, speedMax: speedMax)
      }
    }
  }
}
