// The core of imagined drives made ready for planning.

import Basics
import Networks
import Tensors

/// The mathematics of ``DriveCore``, bit for bit, for many commands from one start: no tape, and no
/// allocation. A block of samples goes through all that is done to it in one space, which stays in the
/// cache.
struct PreparedDrive: Sendable {
  /// How a robot behaves: what all samples of a decision share.
  struct Start: Sendable {
    /// One row.
    let drive: DriveCore.Start
    /// What the context adds to the hidden units of each member. `[H]`
    let biases: [Tensor]
  }

  private let core: DriveCore
  private let recurrences: [PreparedRecurrence]
  private let doubtHidden: PreparedMap
  private let doubtOutput: PreparedMap

  init(_ core: DriveCore) {
    self.core = core
    recurrences = core.members.map {
      PreparedRecurrence(
        input: $0.input, output: $0.output * DriveCore.residualScale, limit: DriveCore.rimSpeedMax)
    }
    doubtHidden = PreparedMap(
      core.doubtHidden.weight, bias: core.doubtHidden.bias, isBent: true, precision: .float32)
    doubtOutput = PreparedMap(
      core.doubtOutput.weight, bias: core.doubtOutput.bias, precision: .float32)
  }

  /// What all samples of a decision share.
  func start(_ drive: DriveCore.Start) -> Start {
    Start(drive: drive, biases: core.members.map { $0.context(drive.context) })
  }

  /// Writes the ensemble's mean paths in the map frame, and their doubt.
  ///
  /// - Parameter features: what has been read, and the commands under way.
  func imagine(
    _ commands: CommandBatch, from start: Start, after features: MotionFeatures,
    into paths: inout PathBatch
  ) {
    precondition(
      commands.samples == paths.samples && commands.steps == paths.steps,
      "\(commands.samples)x\(commands.steps) commands into \(paths.samples)x\(paths.steps) paths")
    paths.withSpace(DriveSpace.count(of: core, steps: commands.steps)) { space, columns in
      let space = DriveSpace(of: core, steps: commands.steps, at: space)
      fill(space, from: start)
      for first in stride(from: 0, to: commands.samples, by: DriveSpace.samples) {
        let samples = first..<min(first + DriveSpace.samples, commands.samples)
        aim(commands, samples, from: start.drive, after: features, in: space)
        drive(samples.count, from: start.drive, in: space)
        doubt(samples.count, in: space)
        write(samples, of: commands.samples, from: features.anchor, in: space, to: columns)
      }
    }
  }

  // MARK: The parts

  /// What is the same in every block.
  private func fill(_ space: DriveSpace, from start: Start) {
    let (wheels, rates, gate) = (
      start.drive.wheels.span, start.drive.rate.span, start.drive.gate.span
    )
    for row in 0..<2 * DriveSpace.samples {
      let wheel = row / DriveSpace.samples
      space.wheels[row] = wheels[wheel]
      space.rate[row] = rates[wheel]
      space.gate[row] = gate[0]
    }
    for member in recurrences.indices {
      let units = start.biases[member].span
      for row in 0..<2 * DriveSpace.samples {
        let bias = space.bias(member) + row * units.count
        for unit in units.indices { bias[unit] = units[unit] }
      }
    }
    let context = start.drive.context.span
    for row in 0..<DriveSpace.samples * space.steps {
      let question = space.asked + (row + 1) * space.questions - context.count
      for i in context.indices { question[i] = context[i] }
    }
  }

  /// The targets of the wheels and how far they go: each step's mixture of the last commands.
  private func aim(
    _ commands: CommandBatch, _ samples: Range<Int>, from start: DriveCore.Start,
    after features: MotionFeatures, in space: DriveSpace
  ) {
    for wheel in 0..<2 {
      let arm = (wheel == 0 ? -1 : 1) * Chassis.track / 2
      give(wheel == 0 ? features.leftCommands : features.rightCommands, in: space)
      for (row, sample) in samples.enumerated() {
        for step in 0..<space.steps {
          let at = step * commands.samples + sample
          space.given[DriveBase.taps - 1 + step] = commands.v[at] + commands.w[at] * arm
        }
        let first = (wheel * samples.count + row) * space.steps
        mix(start.speed, of: wheel, to: space.targets + first, in: space)
        mix(start.distance, of: wheel, to: space.distance + first, in: space)
      }
    }
  }

  /// The commands under way to a wheel, the oldest first.
  private func give(_ past: [Float], in space: DriveSpace) {
    for i in 0..<DriveBase.taps - 1 { space.given[i] = past[DriveBase.taps - 2 - i] }
  }

  /// Each step's mixture of its command and those before it, in this order.
  private func mix(
    _ weights: Tensor, of wheel: Int, to mixture: DriveSpace.Numbers, in space: DriveSpace
  ) {
    let weights = weights.span
    for tap in 0..<DriveBase.taps {
      let weight = weights[wheel * DriveBase.taps + tap]
      let given = space.given + (DriveBase.taps - 1 - tap)
      for j in 0..<space.steps {
        mixture[j] = tap == 0 ? given[j] * weight : mixture[j] + given[j] * weight
      }
    }
  }

  /// Rolls out every member, and sums their paths in the frame of the start.
  private func drive(_ samples: Int, from start: DriveCore.Start, in space: DriveSpace) {
    // The rows of the left wheels end where those of the right ones begin, in a smaller block too.
    let first = DriveSpace.samples - samples
    let count = samples * space.steps
    for member in recurrences.indices {
      recurrences[member].roll(
        rows: 2 * samples, steps: space.steps, from: space.wheels + first, rate: space.rate + first,
        gate: space.gate + first, targets: space.targets, bias: space.bias(member),
        to: space.path(member))
      turn(space.path(member), samples, from: start, in: space)
      space.cosine.assignCosines(of: space.middle, count: count)
      space.sine.assignSines(of: space.middle, count: count)
      for row in 0..<samples {
        var (x, y): (Float, Float) = (0, 0)
        for i in row * space.steps..<(row + 1) * space.steps {
          x += space.forward[i] * space.cosine[i]
          y += space.forward[i] * space.sine[i]
          space.x[i] = member == 0 ? x : space.x[i] + x
          space.y[i] = member == 0 ? y : space.y[i] + y
          space.heading[i] = member == 0 ? space.turned[i] : space.heading[i] + space.turned[i]
        }
      }
    }
  }

  /// How far each step goes, where to, and how much it turns.
  private func turn(
    _ path: UnsafeMutablePointer<Float>, _ samples: Int, from start: DriveCore.Start,
    in space: DriveSpace
  ) {
    let steps = space.steps
    let slip = start.slip.span
    let (vv, vw, wv, ww) = (slip[0], slip[1], slip[2], slip[3])
    let (rates, runs, wheels) = (start.rate.span, start.run.span, start.wheels.span)
    func ran(_ i: Int, from before: Float, rate: Float, run: Float) -> Float {
      let residual = path[i] - before - (space.targets[i] - before) * rate
      return space.distance[i] + (before - space.distance[i]) * run + residual * 0.5
    }
    for row in 0..<samples {
      var (left, right) = (wheels[0], wheels[1])
      var heading: Float = 0
      for i in row * steps..<(row + 1) * steps {
        let other = samples * steps + i
        let ranLeft = ran(i, from: left, rate: rates[0], run: runs[0])
        let ranRight = ran(other, from: right, rate: rates[1], run: runs[1])
        (left, right) = (path[i], path[other])
        let mean = (ranLeft + ranRight) * 0.5
        let difference = (ranRight - ranLeft) * (1 / Chassis.track)
        let turn = (mean * wv + difference * ww) * Chassis.dt
        heading += turn
        space.forward[i] = (mean * vv + difference * vw) * Chassis.dt
        space.turned[i] = heading
        space.middle[i] = heading - turn * 0.5
      }
    }
  }

  /// How far off the positions may be, from what the ensemble does.
  private func doubt(_ samples: Int, in space: DriveSpace) {
    let count = samples * space.steps
    let share = 1 / Float(recurrences.count)
    let (one, other) = (space.path(0), space.path(recurrences.count - 1))
    for i in 0..<count {
      let question = space.asked + i * space.questions
      for wheel in 0..<2 {
        let at = wheel * count + i
        var sum = one[at]
        for member in 1..<recurrences.count { sum += space.path(member)[at] }
        question[wheel] = sum * share
        question[2 + wheel] = space.targets[at]
        question[4 + wheel] = abs(one[at] - other[at]) * 10
      }
    }
    doubtHidden.apply(rows: count, from: space.asked, to: space.hidden)
    doubtOutput.apply(rows: count, from: space.hidden, to: space.said)
    space.said.bendSoftly(count: 3 * count)
  }

  /// The mean paths in the map frame.
  private func write(
    _ samples: Range<Int>, of all: Int, from anchor: (x: Float, y: Float, heading: Float),
    in space: DriveSpace, to paths: PathColumns
  ) {
    let share = 1 / Float(recurrences.count)
    let (s, c) = sineCosine(anchor.heading)
    let perSecond = 1 / Chassis.dt
    for (row, sample) in samples.enumerated() {
      var (lastX, lastY): (Float, Float) = (0, 0)
      var (offX, offY): (Float, Float) = (0, 0)
      for step in 0..<space.steps {
        let from = row * space.steps + step
        let to = step * all + sample
        let (x, y) = (space.x[from] * share, space.y[from] * share)
        let heading = space.heading[from] * share
        paths.x[to] = anchor.x + c * x - s * y
        paths.y[to] = anchor.y + s * x + c * y
        paths.heading[to] = anchor.heading + heading
        let (hs, hc) = sineCosine(heading)
        paths.speed[to] = ((x - lastX) * hc + (y - lastY) * hs) * perSecond
        (lastX, lastY) = (x, y)
        offX += space.said[3 * from] * 0.01
        offY += space.said[3 * from + 1] * 0.01
        let (doubtX, doubtY) = (offX + 1e-4, offY + 1e-4)
        paths.doubt[to] = (doubtX * doubtX + doubtY * doubtY).squareRoot()
      }
    }
  }
}
