// The learned model at work: one memory step a control step, many imagined drives in between.

import Basics
import Networks
import Tensors

/// A robot's learned belief about its own motion, adapted in context.
public struct LearnedMotion: MotionModel {
  /// What has been learned; shared between copies.
  public let model: RobotModel
  private var features: MotionFeatures
  private let core: PreparedDrive
  private var state: Backbone.State?
  /// How the drive behaves, as of the last reading.
  private var behaviour: PreparedDrive.Start?

  /// A belief that starts from nothing but what was learned.
  public init(_ model: RobotModel) {
    self.model = model
    core = PreparedDrive(model.core)
    features = MotionFeatures()
  }

  public mutating func begin() {
    features = MotionFeatures()
    state = nil
    behaviour = nil
  }

  public mutating func observe(_ reading: DriveReading, after command: (v: Float, w: Float)) {
    features.observe(reading, after: command)
    var row: [Float] = []
    row.reserveCapacity(MotionFeatures.count)
    features.append(to: &row)
    let summary = model.remember(
      Tensor(row, shape: [1, 1, MotionFeatures.count]), state: &state
    ).reshaped([1, model.configuration.memory.width])
    let base = DriveBaseBatch([(features.base, reading.left, reading.right)])
    behaviour = core.start(model.start(summary, base: base))
  }

  public func imagine(_ commands: CommandBatch, into paths: inout PathBatch) {
    core.imagine(commands, from: start, after: features, into: &paths)
  }

  /// What the robot would feel on the way, as the ensemble's mean. `[H, S]` each
  public struct Feeling: Sendable {
    /// Rim speed of the left wheel, m/s.
    public var left: [Float]
    /// Rim speed of the right wheel, m/s.
    public var right: [Float]
    /// Yaw rate, rad/s.
    public var turnRate: [Float]
  }

  /// What the robot would feel at the end of each step.
  public func imagineFeeling(_ commands: CommandBatch) -> Feeling {
    let (samples, steps) = (commands.samples, commands.steps)
    let start = rows(samples)
    let motion = model.imagine(wheelCommands(commands), from: start)
    let share = 1 / Float(motion.wheels.count)
    let wheels = motion.wheels.dropFirst().reduce(motion.wheels[0], +) * share
    let sides = wheels.reshaped([2, samples, steps]).transposed(1, 2).scalars
    let rates = DriveCore.turnRates(wheels, from: start).transposed(0, 1).scalars
    return Feeling(
      left: Array(sides[..<(samples * steps)]), right: Array(sides[(samples * steps)...]),
      turnRate: rates)
  }

  private var start: PreparedDrive.Start {
    guard let behaviour else { preconditionFailure("imagine before the first observe") }
    return behaviour
  }

  /// How the drive behaves now, a row for each sample.
  private func rows(_ samples: Int) -> DriveCore.Start {
    let one = start.drive
    func rows(_ t: Tensor) -> Tensor { t.repeated(axis: 0, count: samples) }
    func wheels(_ t: Tensor) -> Tensor {
      Tensor.concatenated(
        [rows(t.sliced(axis: 0, 0..<1)), rows(t.sliced(axis: 0, 1..<2))], axis: 0)
    }
    return DriveCore.Start(
      wheels: wheels(one.wheels), rate: wheels(one.rate), run: wheels(one.run),
      speed: wheels(one.speed), distance: wheels(one.distance), slip: rows(one.slip),
      gate: rows(one.gate), context: rows(one.context))
  }

  /// Commands at the wheels, the queue first. `[2S, taps − 1 + H]`
  private func wheelCommands(_ commands: CommandBatch) -> Tensor {
    let queue = MotionFeatures.queueLength - 1
    let (samples, steps) = (commands.samples, commands.steps)
    var given: [Float] = []
    given.reserveCapacity(2 * samples * (queue + steps))
    for (side, past) in [(Float(-1), features.leftCommands), (1, features.rightCommands)] {
      let arm = side * Chassis.track / 2
      for sample in 0..<samples {
        for i in (0..<queue).reversed() { given.append(past[i]) }
        for step in 0..<steps {
          let at = step * samples + sample
          given.append(commands.v[at] + commands.w[at] * arm)
        }
      }
    }
    return Tensor(given, shape: [2 * samples, queue + steps])
  }
}
