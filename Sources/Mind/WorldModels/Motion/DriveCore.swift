// Tier B for a robot that drives: imagines, step by step, what commands will do.

public import Basics
public import Networks
public import Tensors

/// A kinematic drive with a learned residual, an ensemble of them, and a learned doubt.
///
/// A row is a start in time. Wheels are the outermost axis, left before right, so that one network
/// serves both: they are the same motor. `R` rows, `K` imagined steps, `C` context, `H` hidden,
/// `W = 2R` wheels:
///
///     w_{j+1} = w_j + rate · (T_j − w_j) + gate · f_m(w_j, T_j, context)     m = 1…members
///     w̄_j     = run · w_j + (1 − run) · D_j + gate · f_m / 2            mean over the step
///     T_j     = gain · Σ_i speed_i · u_{j−i}        D_j = gain · Σ_i distance_i · u_{j−i}
///     v       = S_vv (l + r)/2 + S_vw (r − l)/track       then SE(2), midpoint rule
///     ω       = S_wv (l + r)/2 + S_ww (r − l)/track
///
/// The standard deviation of the pose is a sum of learned positive steps: it can only grow.
public struct DriveCore: Module {
  /// The parts that set how an imagined drive behaves, one row a start.
  public struct Start: Sendable {
    /// Rim speeds now, m/s. `[W, 1]`
    public var wheels: Tensor
    /// The share of the way to the target made in a step. `[W, 1]`
    public var rate: Tensor
    /// The share of a step's distance that is due to the speed before it. `[W, 1]`
    public var run: Tensor
    /// Gain times the weights of the commands in the speed, this step's first. `[W, taps]`
    public var speed: Tensor
    /// The same for the distance. `[W, taps]`
    public var distance: Tensor
    /// S_vv, S_vw, S_wv, S_ww. `[R, 4]`
    public var slip: Tensor
    /// How much is left to the residual. `[R, 1]`
    public var gate: Tensor
    /// What the memory says beyond that. `[R, C]`
    public var context: Tensor
  }

  /// Imagined motion in the body frame of the start.
  public struct Motion: Sendable {
    /// Position and heading, of each member. `[R, K]` each
    public var members: [(x: Tensor, y: Tensor, heading: Tensor)]
    /// Rim speeds of each member. `[W, K]`
    public var wheels: [Tensor]
    /// Scale of the error along x, along y and in heading. `[R, K]` each
    public var doubt: (x: Tensor, y: Tensor, heading: Tensor)
  }

  /// One residual network of the ensemble.
  struct Member: Module {
    var input: Tensor
    var context: Linear
    var output: Tensor

    init(context count: Int, hidden: Int, random: inout Random) {
      input = Tensor.normal([2, hidden], random: &random) * 0.7
      context = Linear(count, hidden, random: &random)
      output = Tensor.normal([hidden, 1], random: &random) * (0.1 / Float(hidden).squareRoot())
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
      visitor.parameter("input", &input)
      visitor.module("context", &context)
      visitor.parameter("output", &output)
    }
  }

  var members: [Member]
  var doubtHidden: Linear
  var doubtOutput: Linear

  /// Units of a residual network.
  var units: Int { members[0].input.shape[1] }

  static let residualScale: Float = 0.3
  /// No command makes a rim faster than this, m/s.
  static let rimSpeedMax: Float = 2.5

  /// A core of `members` residual networks of `hidden` units that read a context of `context` floats.
  public init(
    members: Int, hidden: Int, context: Int, random: inout Random
  ) {
    self.members = (0..<members).map { _ in
      Member(context: context, hidden: hidden, random: &random)
    }
    doubtHidden = Linear(6 + context, 24, random: &random)
    doubtOutput = Linear(24, 3, random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    for i in members.indices { visitor.module("member\(i)", &members[i]) }
    visitor.module("doubtHidden", &doubtHidden)
    visitor.module("doubtOutput", &doubtOutput)
  }

  /// Imagines what `commands` will do.
  ///
  /// - Parameter commands: at the wheels, `[W, taps − 1 + K]`, the oldest of the queue first.
  public func imagine(_ commands: Tensor, from start: Start) -> Motion {
    let targets = delayed(commands, by: start.speed)
    let distance = delayed(commands, by: start.distance)
    let wheels = members.map { roll($0, targets: targets, from: start) }
    let paths = wheels.map {
      integrate($0, targets: targets, distance: distance, from: start)
    }
    let doubt = doubt(of: wheels, targets: targets, from: start)
    return Motion(members: paths, wheels: wheels, doubt: doubt)
  }

  /// Commands as they act: each step's mixture of the last ones. `[W, K]`
  private func delayed(_ commands: Tensor, by weights: Tensor) -> Tensor {
    let taps = weights.shape[1]
    let steps = commands.shape[1] - taps + 1
    precondition(steps > 0, "\(commands.shape[1]) commands are too few for \(taps) taps")
    func term(_ i: Int) -> Tensor {
      commands.sliced(axis: 1, taps - 1 - i..<taps - 1 - i + steps)
        * weights.sliced(axis: 1, i..<i + 1)
    }
    return (1..<taps).reduce(term(0)) { $0 + term($1) }
  }

  /// Rim speeds after each step. `[W, K]`
  private func roll(_ member: Member, targets: Tensor, from start: Start) -> Tensor {
    let context = member.context(start.context)
    let bias = Tensor.concatenated([context, context], axis: 0)
    return residualRecurrence(
      start.wheels, rate: start.rate,
      gate: Tensor.concatenated([start.gate, start.gate], axis: 0), targets: targets, bias: bias,
      input: member.input,
      output: member.output * Self.residualScale, limit: Self.rimSpeedMax)
  }

  /// Positions and headings after each step. `[R, K]` each
  private func integrate(
    _ wheels: Tensor, targets: Tensor, distance: Tensor, from start: Start
  ) -> (x: Tensor, y: Tensor, heading: Tensor) {
    let rows = start.slip.shape[0]
    let steps = wheels.shape[1]
    let before = Tensor.concatenated(
      [start.wheels, wheels.sliced(axis: 1, 0..<steps - 1)], axis: 1)
    let residual = wheels - before - (targets - before) * start.rate
    let between = distance + (before - distance) * start.run + residual * 0.5
    let left = between.sliced(axis: 0, 0..<rows)
    let right = between.sliced(axis: 0, rows..<2 * rows)
    let mean = (left + right) * 0.5
    let difference = (right - left) * (1 / Chassis.track)
    func slip(_ i: Int) -> Tensor { start.slip.sliced(axis: 1, i..<i + 1) }
    let forward = (mean * slip(0) + difference * slip(1)) * Chassis.dt
    let turn = (mean * slip(2) + difference * slip(3)) * Chassis.dt
    let heading = turn.cumulativeSum(axis: 1)
    let middle = heading - turn * 0.5
    return (
      (forward * middle.cos()).cumulativeSum(axis: 1),
      (forward * middle.sin()).cumulativeSum(axis: 1), heading
    )
  }

  /// Yaw rates at the end of each step, rad/s. `[R, K]`
  ///
  /// - Parameter wheels: rim speeds after each step. `[W, K]`
  static func turnRates(_ wheels: Tensor, from start: Start) -> Tensor {
    let rows = start.slip.shape[0]
    let left = wheels.sliced(axis: 0, 0..<rows)
    let right = wheels.sliced(axis: 0, rows..<2 * rows)
    return (left + right) * 0.5 * start.slip.sliced(axis: 1, 2..<3)
      + (right - left) * (1 / Chassis.track) * start.slip.sliced(axis: 1, 3..<4)
  }

  /// Scales of the error, from what the ensemble does, which they do not move.
  private func doubt(of wheels: [Tensor], targets: Tensor, from start: Start) -> (
    x: Tensor, y: Tensor, heading: Tensor
  ) {
    let rows = start.slip.shape[0]
    let steps = targets.shape[1]
    var mean = wheels[0].detached()
    var spread = (wheels[0] - wheels[wheels.count - 1]).detached().abs() * 10
    for member in wheels.dropFirst() { mean = mean + member.detached() }
    mean = mean * (1 / Float(wheels.count))
    spread = spread.reshaped([2, rows, steps, 1])
    let both = mean.reshaped([2, rows, steps, 1])
    let aims = targets.detached().reshaped([2, rows, steps, 1])
    func side(_ t: Tensor, _ i: Int) -> Tensor {
      t.sliced(axis: 0, i..<i + 1).reshaped([rows, steps, 1])
    }
    let context = start.context.reshaped([rows, 1, start.context.shape[1]])
      .repeated(axis: 1, count: steps)
    let input = Tensor.concatenated(
      [
        side(both, 0), side(both, 1), side(aims, 0), side(aims, 1), side(spread, 0),
        side(spread, 1), context,
      ], axis: 2)
    let raw = doubtOutput(doubtHidden(input).silu()).softplus() * 0.01
    func grown(_ i: Int) -> Tensor {
      raw.sliced(axis: 2, i..<i + 1).reshaped([rows, steps]).cumulativeSum(axis: 1) + 1e-4
    }
    return (grown(0), grown(1), grown(2))
  }
}
