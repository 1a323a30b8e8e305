// The line protocol of the comparison: a request is one line of JSON, and so is its answer.
//
//   {"do":"list"}                                      every case: name, FLOPs, precisions
//   {"do":"write","case":C,"file":F}                   its numbers and what came of them, as safetensors
//   {"do":"prepare","key":K,"case":C,"precision":P,"workers":W}
//   {"do":"time","key":K,"runs":N}                     seconds of N runs of what was prepared as K
//   {"do":"differ","case":C,"precision":P}             how far its outputs are from those of fp32
//   {"do":"drop","key":K}
//   {"do":"ceiling","kind":K,"workers":W,"seconds":S}  GFLOP/s of bare multiply-adds
//
// Between two requests the program waits for input and uses no processor.

import CCeilings
import Foundation
import Networks
import Tensors

/// Serves requests until its input ends.
struct Server {
  private struct Request: Decodable {
    var `do`: String
    var key: String?
    var `case`: String?
    var file: String?
    var precision: String?
    var workers: Int?
    var runs: Int?
    var kind: String?
    var seconds: Double?
  }

  private struct Answer: Encodable {
    var cases: [Description]?
    var seconds: [Double]?
    var gflops: Double?
    var errors: [String: Double]?
    var kernels: String?
    var done = true
  }

  private struct Description: Encodable {
    let name: String
    let group: String
    let flops: Double
    let counting: String
    let precisions: [String]
    let workers: [Int]
  }

  private struct Misunderstood: Error { let request: String }

  private let workloads = allWorkloads()
  private var pools: [Int: Workers] = [:]
  private var prepared: [String: () -> Void] = [:]

  mutating func run() throws {
    while let line = readLine() {
      try Output.say(answer(line))
    }
  }

  private mutating func answer(_ line: String) throws -> Answer {
    let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
    let workload = workloads.first { $0.name == request.case }
    let precision = request.precision.flatMap(Precision.init(named:)) ?? .float32
    switch (request.do, workload) {
    case ("list", _):
      let cases = workloads.map {
        Description(
          name: $0.name, group: $0.group, flops: $0.flops, counting: $0.counting,
          precisions: $0.precisions.map(\.name), workers: $0.workers)
      }
      return Answer(cases: cases, kernels: "\(KernelVariant.current)")
    case ("write", let workload?):
      try SafetensorsFile.write(workload.columns(.float32), to: request.file ?? "")
      return Answer()
    case ("prepare", let workload?):
      prepared[request.key ?? ""] = workload.prepare(
        Setting(precision: precision, workers: pool(request.workers ?? 1)))
      return Answer()
    case ("time", _):
      guard let run = prepared[request.key ?? ""] else { throw Misunderstood(request: line) }
      let clock = ContinuousClock()
      let seconds = (0..<(request.runs ?? 1)).map { _ in clock.measure(run) / .seconds(1) }
      return Answer(seconds: seconds)
    case ("differ", let workload?):
      return Answer(
        errors: differences(workload.columns(precision), from: workload.columns(.float32)))
    case ("drop", _):
      prepared[request.key ?? ""] = nil
      return Answer()
    case ("ceiling", _):
      guard let kind = ["fp32", "bf16", "tiles"].firstIndex(of: request.kind ?? "") else {
        throw Misunderstood(request: line)
      }
      let seconds = request.seconds ?? 0.05
      let workers = pool(request.workers ?? 1)
      let parts = workers.map(workers.count) { _ in ceiling(Int32(kind), seconds) }
      return Answer(gflops: parts.reduce(0, +))
    default: throw Misunderstood(request: line)
    }
  }

  private mutating func pool(_ count: Int) -> Workers {
    if let found = pools[count] { return found }
    let made = Workers(count: count)
    pools[count] = made
    return made
  }
}

/// How far outputs are from others: the length of the difference by the length of what is expected, of
/// each column, and of all gradients taken as one vector.
private func differences(
  _ found: [NamedColumn], from expected: [NamedColumn]
) -> [String: Double] {
  var sums: [String: (difference: Double, length: Double)] = [:]
  for (a, b) in zip(found, expected) where a.name.hasPrefix("out.") {
    guard case .f32(let x) = a.column, case .f32(let y) = b.column else { continue }
    let name = a.name.hasPrefix("out.g.") ? "gradient" : String(a.name.dropFirst(4))
    var (difference, length) = sums[name] ?? (0, 0)
    for (x, y) in zip(x, y) {
      difference += Double((x - y) * (x - y))
      length += Double(y * y)
    }
    sums[name] = (difference, length)
  }
  return sums.mapValues { ($0.difference / max($0.length, 1e-60)).squareRoot() }
}
