// What a training came to, by its seed.

/// A model and the training seed that it comes from.
public struct TrainedModel: Sendable {
  /// The seed of the training; it names the model in every table.
  public let seed: Int
  /// What was learned.
  public let model: WarehouseModel

  /// A model and the training seed that it comes from.
  public init(_ model: WarehouseModel, seed: Int) {
    self.model = model
    self.seed = seed
  }

  /// Which training a row of a report comes from.
  var source: Report.Source { .seed(seed) }
}
