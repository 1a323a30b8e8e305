// What "orrery imagine" is told.
import ArgumentParser

/// The options of imagining.
struct ImagineOptions: ParsableArguments {
  @Option(help: "The folder of the run whose newest checkpoint imagines.")
  var model = "runs/model"

  @Option(help: "A folder of recorded drives. (default: a robot is simulated)")
  var episodes: String?

  @Option(help: "Which of the recorded drives, from 0; or which simulated robot.")
  var episode = 0

  @Flag(inversion: .prefixedNo, help: "Whether a simulated robot has effects without equations.")
  var rich = true

  @Option(help: "Seconds that it watches before it imagines.")
  var watch = 5.0

  @Option(help: "Seconds that it imagines.")
  var ahead = 2.5

  @Option(help: "Draw the drive into this SVG file.")
  var svg = "imagined.svg"

  @Flag(help: "Write the result as JSON.")
  var json = false

  func validate() throws {
    guard (0...60).contains(watch) else {
      throw ValidationError("--watch is \(watch), and has to be 0 to 60.")
    }
    guard (0.25...10).contains(ahead) else {
      throw ValidationError("--ahead is \(ahead), and has to be 0.25 to 10.")
    }
    guard (0...1_000_000_000).contains(episode) else {
      throw ValidationError("--episode is \(episode), and has to be 0 to 1000000000.")
    }
  }
}
