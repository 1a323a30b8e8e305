// A robot's model of its own motion: a memory that identifies, and a core that imagines.

public import Basics
public import Networks
public import Tensors

/// Tier A and tier B together: the memory reads what the drive has done so far and says how this
/// robot behaves; the core imagines with that. Nothing is fitted at run time: the memory adapts in
/// context, from a few seconds of driving.
///
/// What the memory says is a correction of the identified linear model, so that an untrained network
/// is the identified model, and a trained one departs from it where experience says so. One gate
/// holds all corrections: on a robot that identification explains, it closes.
public struct RobotModel: Module {
  /// The sizes of the two tiers.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Tier A.
    public var memory: Backbone.Configuration
    /// Floats of context that the memory gives the core beside the parameters.
    public var context = 16
    /// Networks in the ensemble.
    public var members = 3
    /// Units in each.
    public var hidden = 48

    /// The sizes that ship.
    public init() {
      memory = Backbone.Configuration(
        input: MotionFeatures.count, width: 64, heads: 4,
        mixers: [.gatedDelta, .slidingWindow(32), .gatedDelta])
    }
  }

  /// The sizes it was made with.
  public let configuration: Configuration
  var memory: Backbone
  var head: Linear
  var core: DriveCore

  /// An untrained model: it imagines what identification would.
  public init(_ configuration: Configuration = Configuration(), random: inout Random) {
    self.configuration = configuration
    memory = Backbone(configuration.memory, random: &random)
    head = Linear(
      configuration.memory.width, configuration.context + Self.corrections, random: &random)
    head.weight = head.weight * 0.03
    head.bias = Tensor(zeros: [configuration.context + Self.corrections])
    core = DriveCore(
      members: configuration.members, hidden: configuration.hidden,
      context: configuration.context, random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("memory", &memory)
    visitor.module("head", &head)
    visitor.module("core", &core)
  }

  /// Two rates, two gains, seven weights of commands, four slips, the gate and the trust.
  static let corrections = 2 + 2 + MotionFeatures.queueLength + 4 + 2

  /// What the memory makes of a whole episode. `[B, T, features]` to `[B, T, width]`
  public func remember(_ features: Tensor, state: inout Backbone.State?) -> Tensor {
    memory(features, state: &state)
  }

  /// How the drive behaves at the rows' starts.
  ///
  /// The correction departs from a point between the identified drive and the average one: on a
  /// robot that does not follow the linear equations, what identification says of it wanders.
  ///
  /// - Parameter summary: the memory at the starts. `[R, width]`
  public func start(_ summary: Tensor, base identified: DriveBaseBatch) -> DriveCore.Start {
    let said = head(summary)
    let rows = summary.shape[0]
    precondition(
      identified.wheels.shape[0] == 2 * rows,
      "\(identified.wheels.shape) wheels for \(rows) rows")
    let taps = MotionFeatures.queueLength
    func part(_ from: Int, _ count: Int) -> Tensor {
      let at = configuration.context + from
      return said.sliced(axis: 1, at..<at + count)
    }
    let gate = part(Self.corrections - 2, 1).sigmoid()
    let base = identified.drawn(
      to: .average, keeping: (part(Self.corrections - 1, 1) + 2).sigmoid())
    func correction(_ from: Int, _ count: Int) -> Tensor { part(from, count) * gate }
    func perWheel(_ from: Int) -> Tensor {
      Tensor.concatenated([correction(from, 1), correction(from + 1, 1)], axis: 0)
    }
    let shift = Tensor.concatenated([correction(4, taps), correction(4, taps)], axis: 0)
    let gain = base.gain * (perWheel(2) * 0.3).exp()
    let prior = Tensor.concatenated(
      [
        base.slip.sliced(axis: 1, 0..<1), Tensor(zeros: [rows, 2]),
        base.slip.sliced(axis: 1, 1..<2),
      ], axis: 1)
    return DriveCore.Start(
      wheels: base.wheels, rate: (-(base.keep + perWheel(0))).sigmoid(),
      run: (base.run + perWheel(0) * 0.7).sigmoid(),
      speed: (base.speed + shift).softmax() * gain,
      distance: (base.distance + shift).softmax() * gain,
      slip: prior + correction(4 + taps, 4) * 0.2, gate: gate,
      context: said.sliced(axis: 1, 0..<configuration.context).tanh())
  }

  /// Imagines what `commands` will do. See `DriveCore.imagine`.
  public func imagine(_ commands: Tensor, from start: DriveCore.Start) -> DriveCore.Motion {
    core.imagine(commands, from: start)
  }
}
