// How time and memory grow with the size of the work. Each point but those of a memory that reads on is
// a process of its own, so that the most memory it ever held belongs to that point.

import Basics
import Foundation
import Networks
import Tensors
import WorldModels

/// What is made larger.
enum Scale: String, CaseIterable {
  /// Tokens that a memory has read, up to this many: a point for 64 and each fourfold of it.
  case context
  /// Tokens of context, read in one call.
  case whole
  /// Start states of a training step of the core.
  case batch
  /// Candidates of a plan.
  case candidates
  /// Steps of a plan.
  case horizon

  /// One point of a curve.
  struct Point: Encodable {
    let scale: String
    let size: Int
    let workers: Int
    /// Seconds of runs.
    let seconds: [Double]
    /// What the time of one is divided by: tokens, starts, or imagined steps.
    let units: Int
    /// The memory that the process holds, less what it held before: the most of it, but where a
    /// memory reads on that at this point.
    let bytes: Int
    let kernels = "\(KernelVariant.current)"
  }

  /// Measures the points up to this size, or at it.
  func measure(size: Int, workers: Int) -> [Point] {
    let setting = Setting(precision: .float32, workers: Workers(count: workers))
    switch self {
    case .context: return context(upTo: size)
    case .whole: return [whole(size)]
    case .batch: return [point(CoreTrainingWorkload(batch: size), setting, size, units: size)]
    case .candidates:
      let plan = PlanningWorkload(samples: size, iterations: 3, horizon: 10)
      return [point(plan, setting, size, units: size * 30)]
    case .horizon:
      let plan = PlanningWorkload(samples: 128, iterations: 3, horizon: size)
      return [point(plan, setting, size, units: size * 384)]
    }
  }

  private func point(
    _ workload: some Workload, _ setting: Setting, _ size: Int, units: Int
  ) -> Point {
    let before = Self.residentBytes(peak: false)
    let run = workload.prepare(setting)
    run()
    let times = Self.times(of: 9, run)
    return Point(
      scale: rawValue, size: size, workers: setting.workers.count, seconds: times, units: units,
      bytes: Self.residentBytes(peak: true) - before)
  }

  /// A memory reads on, 256 tokens a call. At each depth two copies of what it remembers read further
  /// and are timed: one a token a call, and one as before.
  private func context(upTo most: Int) -> [Point] {
    let memory = MemoryMixers.tierA.backbone()
    var random = Random(seed: 9)
    let piece = Tensor.normal([1, 256, MemoryMixers.width], random: &random)
    let token = piece.sliced(axis: 1, 0..<1)
    let before = Self.residentBytes(peak: false)
    var state: Backbone.State?
    var points: [Point] = []
    var read = 0
    for depth in sequence(first: 64, next: { $0 * 4 }).prefix(while: { $0 <= most }) {
      while read < depth {
        let count = min(256, depth - read)
        _ = memory(piece.sliced(axis: 1, 0..<count), state: &state)
        read += count
      }
      for (kind, next, runs) in [("stream", token, 256), ("pieces", piece, 8)] {
        var ahead = state
        _ = memory(next, state: &ahead)
        let times = Self.times(of: runs) { _ = memory(next, state: &ahead) }
        points.append(
          Point(
            scale: kind, size: depth, workers: 1, seconds: times, units: next.shape[1],
            bytes: Self.residentBytes(peak: false) - before))
      }
    }
    return points
  }

  /// The whole context in one call.
  private func whole(_ tokens: Int) -> Point {
    let memory = MemoryMixers.tierA.backbone()
    var random = Random(seed: 9)
    let x = Tensor.normal([1, tokens, MemoryMixers.width], random: &random)
    let before = Self.residentBytes(peak: false)
    func run() {
      var state: Backbone.State?
      _ = memory(x, state: &state)
    }
    run()
    return Point(
      scale: rawValue, size: tokens, workers: 1,
      seconds: Self.times(of: max(1, min(9, 16_384 / tokens)), run), units: tokens,
      bytes: Self.residentBytes(peak: true) - before)
  }

  private static func times(of runs: Int, _ run: () -> Void) -> [Double] {
    let clock = ContinuousClock()
    return (0..<runs).map { _ in clock.measure(run) / .seconds(1) }
  }

  /// The memory that the process holds, or has held at most.
  private static func residentBytes(peak: Bool) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return 0
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix(peak ? "VmHWM:" : "VmRSS:") }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    return (kilobytes.flatMap { Int($0) } ?? 0) * 1_024
  }
}
