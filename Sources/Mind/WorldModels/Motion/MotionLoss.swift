// How wrong an imagined drive was, open loop, at every step of the horizon.

public import Tensors

/// A batch of sequences with starts in them. `B` sequences of `T` steps, `R` rows (starts),
/// `W = 2R` wheels, `K` imagined steps.
public struct MotionBatch: Sendable {
  /// The memory's input. `[B, T, features]`
  public var features: Tensor
  /// Which of the `B·T` steps each row starts from.
  public var starts: [Int]
  /// The drive at the starts.
  public var base: DriveBaseBatch
  /// Commands at the wheels, the queue first. `[W, taps − 1 + K]`
  public var commands: Tensor
  /// What came of them, in the body frame of the start: x, y, heading. `[R, K]` each
  public var motion: (x: Tensor, y: Tensor, heading: Tensor)

  /// A batch of sequences with starts in them.
  public init(
    features: Tensor, starts: [Int], base: DriveBaseBatch, commands: Tensor,
    motion: (x: Tensor, y: Tensor, heading: Tensor)
  ) {
    self.features = features
    self.starts = starts
    self.base = base
    self.commands = commands
    self.motion = motion
  }
}

extension RobotModel {
  /// The error of what is imagined, and how well it was doubted.
  ///
  /// Open loop over the whole horizon, which is what makes the memory identify. The distance is
  /// taken in units of what is plausible at that step, the square root of the doubt doing half of
  /// the weighing (Seitzer et al., 2022), so that a robot that is easy to predict is predicted
  /// finely and a hard one does not drown it. The doubt is fitted by the likelihood of a Laplace
  /// distribution.
  public func loss(_ batch: MotionBatch) -> Tensor {
    var state: Backbone.State?
    let memory = remember(batch.features, state: &state)
    let width = memory.shape[2]
    let summary = memory.reshaped([memory.shape[0] * memory.shape[1], width])
      .gathered(rows: batch.starts)
    let motion = imagine(batch.commands, from: start(summary, base: batch.base))
    let steps = batch.motion.x.shape[1]
    let scale = Tensor((0..<steps).map { 0.01 + 0.005 * Float($0 + 1) }, shape: [steps])
    let doubted = (motion.doubt.x + motion.doubt.y).detached() * 0.5
    let weight = (scale / doubted).sqrt().clamped(to: 0.3...4) / scale
    var total = Tensor(0)
    var mean: (x: Tensor, y: Tensor, heading: Tensor)?
    for member in motion.members {
      let dx = member.x - batch.motion.x
      let dy = member.y - batch.motion.y
      let turn = member.heading - batch.motion.heading
      let distance = (dx.square() + dy.square() + 1e-6).sqrt()
      let swing = (turn.square() + 1e-6).sqrt()
      total = total + ((distance + swing * 0.5) * weight).mean()
      mean = mean.map { ($0.x + dx, $0.y + dy, $0.heading + turn) } ?? (dx, dy, turn)
    }
    let share = 1 / Float(motion.members.count)
    if let mean {
      for (error, doubt) in [
        (mean.x, motion.doubt.x), (mean.y, motion.doubt.y), (mean.heading, motion.doubt.heading),
      ] {
        let likely = (error.detached() * share).abs() / doubt + doubt.log()
        total = total + likely.mean() * 0.1
      }
    }
    return total
  }
}
