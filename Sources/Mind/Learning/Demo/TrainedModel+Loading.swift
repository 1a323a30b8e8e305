// Trained models from the folders of their runs.
import Basics
import Networks
import Tensors

extension TrainedModel {
  /// The newest checkpoint of a run, and what tells it from every other.
  public static func load(
    from folder: String
  ) throws(CheckpointsError) -> (trained: TrainedModel, fingerprint: String) {
    let checkpoints = Checkpoints(in: folder)
    let state = try checkpoints.state(WarehouseTraining.State.self)
    var random = Random(seed: 0)
    var model = WarehouseModel(random: &random)
    try checkpoints.load(into: &model)
    var checksum = CRC32C()
    for parameter in model.parameters {
      parameter.value.scalars.withUnsafeBytes { checksum.update($0) }
    }
    let seed = Int(truncatingIfNeeded: state.seed)
    return (TrainedModel(model, seed: seed), "\(seed)-\(checksum.value)")
  }
}
