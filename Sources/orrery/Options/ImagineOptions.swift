// What "orrery imagine" is told.
import ArgumentParser

/// The options of imagining.
struct ImagineOptions: ParsableArguments {
  @Option(help: "The folder of the run whose newest checkpoint imagines.")
  var model = "runs/model"

  @Option(help: "Seconds that it watches before it imagines.")
  var watch = 5.0

  @Option(help: "Steps that it imagines.")
  var steps = 50

  @OptionGroup var work: WorkOptions

  func validate() throws {
    guard (0...60).contains(watch) else {
      throw ValidationError("--watch is \(watch), and has to be 0 to 60.")
    }
    guard (1...1_000).contains(steps) else {
      throw ValidationError("--steps is \(steps), and has to be 1 to 1000.")
    }
  }
}
