// How time and memory grow with the size of the work. Each point is a process of its own, so that
// the most memory it ever held belongs to that point.

import Basics
import Foundation
import Networks
import Tensors
import WorldModels

/// What is made larger.
enum Scale: String, CaseIterable {
  /// Tokens of context, read one by one.
  case stream
  /// Tokens of context, read in one call.
  case sequence
  /// Tokens of context, read in pieces of 256.
  case pieces
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
    /// Median seconds of one run.
    let seconds: Double
    /// What the time is divided by: tokens, starts, or imagined steps.
    let units: Int
    /// The most memory that the process held, less what it held before.
    let bytes: Int
  }

  /// Measures one point.
  func measure(size: Int, workers: Int) -> Point {
    let setting = Setting(precision: .float32, workers: Workers(count: workers))
    switch self {
    case .stream: return context(size, workers, piece: 1)
    case .sequence: return context(size, workers, piece: size)
    case .pieces: return context(size, workers, piece: min(size, 256))
    case .batch: return point(CoreTrainingWorkload(batch: size), setting, size, units: size)
    case .candidates:
      return point(
        PlanningWorkload(samples: size, iterations: 3, horizon: 10), setting, size,
        units: size * 30)
    case .horizon:
      return point(
        PlanningWorkload(samples: 128, iterations: 3, horizon: size), setting, size,
        units: size * 384)
    }
  }

  private func point(
    _ workload: some Workload, _ setting: Setting, _ size: Int, units: Int
  ) -> Point {
    let before = Self.residentBytes(peak: false)
    let run = workload.prepare(setting)
    run()
    let clock = ContinuousClock()
    let times = (0..<9).map { _ in clock.measure(run) / .seconds(1) }
    return Point(
      scale: rawValue, size: size, workers: setting.workers.count,
      seconds: quantile(0.5, of: times), units: units,
      bytes: Self.residentBytes(peak: true) - before)
  }

  /// Reads the whole context piece by piece. What is timed are the last 2,048 tokens or fewer, which
  /// have all the others before them; a context in one piece is timed whole.
  private func context(_ tokens: Int, _ workers: Int, piece: Int) -> Point {
    let memory = MemoryMixers.tierA.backbone()
    var random = Random(seed: 9)
    let x = Tensor.normal([1, piece, MemoryMixers.width], random: &random)
    let before = Self.residentBytes(peak: false)
    let timed = max(1, min(tokens, 2_048) / piece)
    let clock = ContinuousClock()
    var state: Backbone.State?
    var times: [Double] = []
    for index in 0..<(tokens / piece) {
      let time = clock.measure { _ = memory(x, state: &state) } / .seconds(1)
      if index >= tokens / piece - timed { times.append(time) }
    }
    let held = Self.residentBytes(peak: true) - before
    if piece == tokens {  // one run tells little: again, warm
      for _ in 0..<3 {
        state = nil
        times.append(clock.measure { _ = memory(x, state: &state) } / .seconds(1))
      }
      times.removeFirst()
    }
    return Point(
      scale: rawValue, size: tokens, workers: workers, seconds: quantile(0.5, of: times),
      units: piece, bytes: held)
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
