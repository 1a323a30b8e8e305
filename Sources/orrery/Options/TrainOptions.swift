// What "orrery train" is told.
import ArgumentParser

/// The options of training.
struct TrainOptions: ParsableArguments {
  @Option(help: "The folder of the episodes to learn from.")
  var episodes = "runs/episodes"

  @Option(name: .shortAndLong, help: "The folder of the run: checkpoints and metrics.")
  var output = "runs/model"

  @Option(help: "Steps of training in all, also after a resumption.")
  var steps: Int?

  @Option(help: "Windows a step.")
  var batch = 64

  @Option(help: "Steps between two checkpoints.")
  var saveEvery = 200

  @Flag(help: "Go on from the newest checkpoint of the folder.")
  var resume = false

  @OptionGroup var work: WorkOptions

  func validate() throws {
    if let steps, !(1...10_000_000).contains(steps) {
      throw ValidationError("--steps is \(steps), and has to be 1 to 10000000.")
    }
    guard (1...65_536).contains(batch) else {
      throw ValidationError("--batch is \(batch), and has to be 1 to 65536.")
    }
    guard saveEvery > 0 else {
      throw ValidationError("--save-every is \(saveEvery), and has to be at least 1.")
    }
  }
}
