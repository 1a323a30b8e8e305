// What is compared: a case with a name, its FLOPs, its numbers, and a way to run it.

import Networks
import Tensors

extension Precision {
  /// What the comparison calls it.
  var name: String { self == .float32 ? "fp32" : "bf16" }

  /// The precision of this name.
  init?(named name: String) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

/// How a case is run.
struct Setting {
  var precision: Precision
  var workers: Workers
}

/// A case of the comparison.
protocol Workload {
  /// Unique; the peer knows the case by it.
  var name: String { get }
  /// What it is compared among: product, planning, single or training.
  var group: String { get }
  /// Floating-point operations of one run: a multiply-add counts two, and nothing but products of
  /// matrices is counted.
  var flops: Double { get }
  /// How they were counted, in words.
  var counting: String { get }
  /// What Orrery can do it in.
  var precisions: [Precision] { get }
  /// How many threads it is measured with; the best counts.
  var workers: [Int] { get }

  /// Inputs (`in.`), parameters (`w.`) and what comes out (`out.`) in this precision.
  func columns(_ precision: Precision) -> [NamedColumn]

  /// Everything made ready in this setting: calling the result is one run.
  func prepare(_ setting: Setting) -> () -> Void
}

extension Workload {
  var precisions: [Precision] { Precision.allCases.filter(\.isNative) }
  var workers: [Int] { [1, 2] }
}

/// Every case, in the order of the table.
func allWorkloads() -> [any Workload] {
  let products = [
    (64, 512, 512), (512, 512, 512), (1024, 256, 768), (1024, 704, 256), (2048, 2048, 2048),
  ]
  let plans = [(64, 3, 8), (128, 5, 10), (512, 5, 10)]
  return products.flatMap { m, k, n in
    [1, 2].map { ProductWorkload(m: m, k: k, n: n, workers: [$0]) as any Workload }
  }
    + plans.map { PlanningWorkload(samples: $0, iterations: $1, horizon: $2) as any Workload }
    + [ImaginationWorkload(), MemoryStepWorkload()]
    + [
      MemoryTrainingWorkload(name: "train attention", mixers: .attention),
      MemoryTrainingWorkload(name: "train tier A", mixers: .tierA),
      CoreTrainingWorkload(),
    ]
}

extension NamedColumn {
  /// A tensor as a column.
  init(_ name: String, _ tensor: Tensor) {
    self.init(name, shape: tensor.shape.array, .f32(tensor.scalars))
  }
}

extension Module {
  /// The parameters as columns that begin with `w.`.
  var weightColumns: [NamedColumn] { parameters.map { NamedColumn("w.\($0.name)", $0.value) } }
}
