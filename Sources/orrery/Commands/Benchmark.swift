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

    @Option(help: "Seconds to measure for, each.")
    var seconds = 3.0

    @Flag(help: "Write the result as JSON.")
    var json = false

    func validate() throws {
      guard (0.01...600).contains(seconds) else {
        throw ValidationError("--seconds is \(seconds), and has to be 0.01 to 600.")
      }
    }

    func run() throws {
      Interrupt.watch()
      let state = try rate(lidar: false)
      let lidar = try rate(lidar: true)
      if json {
        try Output.say(json: ["state_steps_per_s": state, "lidar_steps_per_s": lidar])
        return
      }
      var table = Table(["warehouse, 8 movers", "steps/s"], numeric: [1])
      table.add(["state only", ProgressBar.short(state)])
      table.add(["with 64 beams of lidar", ProgressBar.short(lidar)])
      try Output.say(table.text)
    }

    /// Steps a second.
    private func rate(lidar: Bool) throws -> Double {
      var load = SimulatorLoad(lidar: lidar)
      _ = load.run(steps: 16)
      var steps = 0
      let began = ContinuousClock.now
      var passed = 0.0
      while passed < seconds {
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
