// A sequence of commands that somebody means to give.

import Environments
import WorldModels

/// Commands for the steps ahead, and what is expected of them.
public struct Plan: Sendable, Hashable {
  /// Forward speed, m/s, `[H]`.
  public var v: [Float]
  /// Turn rate, rad/s, `[H]`.
  public var w: [Float]
  /// What it costs.
  public var cost: Float = 0
  /// The part of the cost that is danger.
  public var danger: Float = 0

  /// Standing still for some steps.
  public init(steps: Int) {
    v = [Float](repeating: 0, count: steps)
    w = v
  }

  /// Its first command.
  public var first: (v: Float, w: Float) { (v[0], w[0]) }

  /// Leaves out the first command and repeats the last.
  mutating func shift() {
    for h in 0..<v.count - 1 {
      v[h] = v[h + 1]
      w[h] = w[h + 1]
    }
  }

  /// Takes over the commands of a sample.
  mutating func read(_ sample: Int, of batch: CommandBatch) {
    for h in 0..<batch.steps {
      v[h] = batch.v[h * batch.samples + sample]
      w[h] = batch.w[h * batch.samples + sample]
    }
  }
}

/// A batch is where the planner keeps its plans while it compares them: one array, made once.
extension CommandBatch {
  /// Makes a sample a plan.
  mutating func write(_ plan: Plan, at sample: Int, times factor: Float = 1) {
    for h in 0..<steps {
      v[h * samples + sample] = plan.v[h] * factor
      w[h * samples + sample] = plan.w[h] * factor
    }
  }

  /// Makes a sample halfway between two plans.
  mutating func write(between a: Plan, and b: Plan, at sample: Int) {
    for h in 0..<steps {
      v[h * samples + sample] = (a.v[h] + b.v[h]) / 2
      w[h * samples + sample] = (a.w[h] + b.w[h]) / 2
    }
  }

  /// Makes a sample one of another batch.
  mutating func write(
    _ other: Int, of batch: CommandBatch, at sample: Int, times factor: Float = 1
  ) {
    for h in 0..<steps {
      v[h * samples + sample] = batch.v[h * batch.samples + other] * factor
      w[h * samples + sample] = batch.w[h * batch.samples + other] * factor
    }
  }

  /// Makes a sample one command over and over.
  mutating func hold(_ command: (v: Float, w: Float), at sample: Int) {
    for h in 0..<steps {
      v[h * samples + sample] = command.v
      w[h * samples + sample] = command.w
    }
  }

  /// Makes a sample a pursuit at some pace.
  mutating func pursue(_ arcs: PursuitArcs, from pose: Pose, pace: Float, at sample: Int) {
    arcs.follow(from: pose, pace: pace, steps: steps) { h, v, w in
      self.v[h * samples + sample] = v
      self.w[h * samples + sample] = w
    }
  }
}
