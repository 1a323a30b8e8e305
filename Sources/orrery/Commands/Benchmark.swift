// orrery benchmark: how fast things are on this machine.
import ArgumentParser
import Environments

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures how fast things are on this machine.", subcommands: [Simulator.self])

  /// orrery benchmark simulator
  struct Simulator: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measures the steps a second of the warehouse, on one core.")

    @Option(help: "Seconds to measure for, each, over all repetitions.")
    var seconds = 3.0

    @Option(help: "How often to measure: the median and the spread are shown.")
    var repetitions = 9

    @Flag(help: "Write the result as JSON.")
    var json = false

    func validate() throws {
      guard (0.01...600).contains(seconds) else {
        throw ValidationError("--seconds is \(seconds), and has to be 0.01 to 600.")
      }
      guard (1...1_000).contains(repetitions) else {
        throw ValidationError("--repetitions is \(repetitions), and has to be 1 to 1000.")
      }
    }

    func run() throws {
      Interrupt.watch()
      let state = try rates(lidar: false)
      let lidar = try rates(lidar: true)
      if json {
        try Output.say(json: [
          "state_steps_per_s": state.median, "lidar_steps_per_s": lidar.median,
          "state_least": state.least, "state_most": state.most,
          "lidar_least": lidar.least, "lidar_most": lidar.most,
        ])
        return
      }
      var table = Table(
        ["warehouse, 8 movers, 1 thread", "steps/s, median", "least", "most"],
        numeric: [1, 2, 3])
      for (name, rates) in [("state only", state), ("with 64 beams of lidar", lidar)] {
        table.add([name] + [rates.median, rates.least, rates.most].map(ProgressBar.short))
      }
      try Output.say(table.text)
    }

    /// Steps a second in each of the repetitions.
    private func rates(
      lidar: Bool
    ) throws -> (median: Double, least: Double, most: Double) {
      var load = SimulatorLoad(lidar: lidar)
      // The sites are built, and the episodes are not all at their start any more.
      _ = load.run(steps: 4_096)
      let sorted = try (0..<repetitions).map { _ in try rate(&load) }.sorted()
      let middle = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      return (middle, sorted[0], sorted[sorted.count - 1])
    }

    /// Steps a second.
    private func rate(_ load: inout SimulatorLoad) throws -> Double {
      let limit = seconds / Double(repetitions)
      var steps = 0
      let began = ContinuousClock.now
      var passed = 0.0
      while passed < limit {
        if Interrupt.hasCome {
          throw Failure(status: .interrupted, sentence: "Stopped before anything was measured.")
        }
        steps += load.run(steps: 256).steps
        passed = (ContinuousClock.now - began) / .seconds(1)
      }
      return Double(steps) / passed
    }
  }
}
