// What a study of the memory says in a report.

import Basics

extension MemoryResult {
  /// The accuracies at the greatest length that was judged.
  public init(_ result: MemoryStudy.Result) {
    self.init(
      world: result.plan.world.name, source: .seed(Int(result.seed)),
      signed: result.signed.accuracy?.estimate ?? 0,
      unsigned: result.unsigned.accuracy?.estimate ?? 0, chance: result.plan.world.chance)
  }
}
