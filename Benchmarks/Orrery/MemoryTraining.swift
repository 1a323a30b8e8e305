// Training the memory backbone: forward, backward, clip, AdamW.

import Basics
import Learning
import Networks
import Tensors
import WorldModels

/// The two stacks that are measured.
struct MemoryMixers: Sendable {
  static let width = 256
  static let heads = 8
  static let hidden = 704
  static let window = 64

  let mixers: [Backbone.Mixer]

  /// Four layers of attention.
  static let attention = MemoryMixers(
    mixers: Array(repeating: .slidingWindow(window), count: 4))
  /// Tier A as it is designed.
  static let tierA = MemoryMixers(
    mixers: [.gatedDelta, .gatedDelta, .slidingWindow(window), .gatedDelta])

  /// A backbone with fresh weights, the same at each call.
  func backbone() -> Backbone {
    var sizes = Backbone.Configuration(
      input: Self.width, width: Self.width, heads: Self.heads, mixers: mixers)
    sizes.hidden = Self.hidden
    var random = Random(seed: 6)
    return Backbone(sizes, random: &random)
  }

  private var deltas: Int { mixers.count { $0 == .gatedDelta } }

  /// Weights that a token is multiplied by.
  var weights: Int {
    let d = Self.width
    let attention = 4 * d * d
    let delta = 5 * d * d + 2 * d * Self.heads
    return d * d + mixers.count * 3 * d * Self.hidden + deltas * delta
      + (mixers.count - deltas) * attention
  }

  /// Operations of mixing time, a token: the rule, which needs S·k, d·kᵀ, α·S and S·q, 8 operations
  /// an element of the state; and attention over `keys` keys on average.
  func mixing(keys: Double) -> Double {
    let headWidth = Self.width / Self.heads
    let rule = 8 * Self.heads * headWidth * headWidth
    return Double(deltas * rule) + Double(mixers.count - deltas) * 4 * keys * Double(Self.width)
  }
}

/// The mean square between what a memory says and random targets.
struct TargetCourse: Course {
  let x: Tensor
  let target: Tensor

  func loss(of model: Backbone, step: Int, shard: Int) -> Tensor {
    let rows = x.shape[0] / Trainer<Self>.shards
    let mine = (shard * rows)..<((shard + 1) * rows)
    var state: Backbone.State?
    let y = model(x.sliced(axis: 0, mine), state: &state)
    return (y - target.sliced(axis: 0, mine)).square().mean()
  }
}

/// A step of training a backbone on 16 sequences of 64 tokens.
struct MemoryTrainingWorkload: Workload {
  static let batch = 16
  static let time = 64

  let name: String
  let mixers: MemoryMixers

  var group: String { "training" }
  var flops: Double {
    // Forward, and twice that backward; on average a token of 64 sees 32.5 keys.
    3 * Double(Self.batch * Self.time)
      * (2 * Double(mixers.weights) + mixers.mixing(keys: Double(Self.time + 1) / 2))
  }
  var counting: String {
    "3 · 1024 tokens · (2 · \(mixers.weights) weights + mixing of time)"
  }

  private var course: TargetCourse {
    var random = Random(seed: 7)
    let shape: Shape = [Self.batch, Self.time, MemoryMixers.width]
    return TargetCourse(
      x: .normal(shape, random: &random), target: .normal(shape, random: &random))
  }

  func columns(_ precision: Precision) -> [NamedColumn] {
    let course = course
    return trainingColumns(mixers.backbone(), course, precision)
      + [NamedColumn("in.x", course.x), NamedColumn("in.target", course.target)]
  }

  func prepare(_ setting: Setting) -> () -> Void {
    training(mixers.backbone(), course, setting)
  }
}

/// The schedule of all training cases: the rate rises over 200 steps and hardly falls.
private func schedule(_ precision: Precision) -> Schedule {
  Schedule(steps: 10_000, rate: 3e-4, precision: precision)
}

/// Steps of training as a user takes them.
func training<C: Course>(_ model: C.Model, _ course: C, _ setting: Setting) -> () -> Void {
  var trainer = Trainer(model, course: course, schedule: schedule(setting.precision))
  return { _ = trainer.advance(on: setting.workers) }
}

/// Parameters, their gradients, and the losses of the first three steps.
func trainingColumns<C: Course>(
  _ model: C.Model, _ course: C, _ precision: Precision
) -> [NamedColumn] {
  let workers = Workers(count: 2)
  let schedule = schedule(precision)
  let shards = Trainer<C>.shards
  let parts = (0..<shards).map { shard in
    precision.run {
      valueWithGradients(of: model) { course.loss(of: $0, step: 0, shard: shard) }.gradients
    }
  }
  let gradients = Gradients.combined(parts, scale: 1 / Float(shards), on: workers).sum
  // The core's first map has no part in what is measured, and the peer does not have it.
  let named = zip(model.parameters, gradients.values).filter { !$0.0.name.hasPrefix("start.") }
  var trainer = Trainer(model, course: course, schedule: schedule)
  let losses = (0..<3).map { _ in trainer.advance(on: workers).loss }
  let rates = CosineSchedule(
    peak: schedule.rate, floor: 0.01, warmup: schedule.steps / 50, steps: schedule.steps)
  return model.weightColumns
    + named.map { NamedColumn("out.g.\($0.name)", $1) }
    + [
      NamedColumn("in.rates", shape: [3], .f32((0..<3).map(rates.rate))),
      NamedColumn("out.losses", shape: [3], .f32(losses)),
    ]
}
