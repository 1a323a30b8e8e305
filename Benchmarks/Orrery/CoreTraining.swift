// Training the imagination core: eight steps open loop, all heads.

import Basics
import Learning
import Networks
import Tensors
import WorldModels

/// Σ_j w_j · the mean square of ẑ_j − z_j, summed over the heads; later steps weigh more.
struct ForesightCourse: Course {
  let start: Tensor  // [B, width]
  let actions: Tensor  // [K, B, actions]
  let targets: Tensor  // [K, B, latent]

  func loss(of model: LatentCore, step: Int, shard: Int) -> Tensor {
    let rows = start.shape[0] / Trainer<Self>.shards
    let mine = (shard * rows)..<((shard + 1) * rows)
    let horizon = actions.shape[0]
    let target = targets.sliced(axis: 1, mine)
    let heads = model.imagine(
      from: start.sliced(axis: 0, mine), actions: actions.sliced(axis: 1, mine))
    let share = 1 / Float(horizon * (horizon + 1) / 2 * rows * ImaginationCore.latent)
    let weights = Tensor((1...horizon).map { Float($0) * share }, shape: [horizon])
    let errors = heads.map { ($0 - target).square().sum(axis: 2).sum(axis: 1) }
    return (errors.dropFirst().reduce(errors[0], +) * weights).sum()
  }
}

/// A step of training the core on 128 starts, eight steps ahead.
struct CoreTrainingWorkload: Workload {
  static let horizon = 8
  var batch = 128

  var name: String { "train tier B" }
  var group: String { "training" }
  var flops: Double { 3 * Double(batch * Self.horizon) * ImaginationCore.flops }
  var counting: String {
    "3 · \(batch)·\(Self.horizon) steps of 2·(10·256 + 2·256·768 + 5·(256·256 + 256·128))"
  }

  private var course: ForesightCourse {
    var random = Random(seed: 8)
    return ForesightCourse(
      start: .normal([batch, ImaginationCore.width], random: &random),
      actions: .normal([Self.horizon, batch, ImaginationCore.actions], random: &random),
      targets: .normal([Self.horizon, batch, ImaginationCore.latent], random: &random))
  }

  func columns(_ precision: Precision) -> [NamedColumn] {
    let course = course
    return trainingColumns(Situation().core, course, precision) + [
      NamedColumn("in.start", course.start), NamedColumn("in.actions", course.actions),
      NamedColumn("in.targets", course.targets),
    ]
  }

  func prepare(_ setting: Setting) -> () -> Void {
    training(Situation().core, course, setting)
  }
}
