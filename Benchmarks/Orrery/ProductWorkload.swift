// One product of matrices, C = A·B.

import Basics
import Networks
import Tensors

/// A product of `[m, k]` and `[k, n]`; several threads share the rows of the first.
struct ProductWorkload: Workload {
  let m: Int
  let k: Int
  let n: Int
  let workers: [Int]

  var name: String { "product \(m)x\(k)x\(n) on \(workers[0])" }
  var group: String { "product" }
  var flops: Double { 2 * Double(m * k * n) }
  var counting: String { "2·\(m)·\(k)·\(n)" }

  private var factors: (a: Tensor, b: Tensor) {
    var random = Random(seed: 1)
    let a = Tensor.normal([m, k], random: &random)
    return (a, .normal([k, n], deviation: 1 / Float(k).squareRoot(), random: &random))
  }

  func columns(_ precision: Precision) -> [NamedColumn] {
    let (a, b) = factors
    let c = precision.run { a.matmul(b) }
    return [NamedColumn("in.a", a), NamedColumn("in.b", b), NamedColumn("out.output", c)]
  }

  func prepare(_ setting: Setting) -> () -> Void {
    let (a, b) = factors
    let (workers, precision) = (setting.workers, setting.precision)
    let rows = m / workers.count
    let parts = (0..<workers.count).map { a.sliced(axis: 0, ($0 * rows)..<(($0 + 1) * rows)) }
    return { _ = workers.map(parts.count) { part in precision.run { parts[part].matmul(b) } } }
  }
}
