// What "orrery evaluate" is told.
import ArgumentParser
import Environments

/// The options of evaluation.
struct EvaluateOptions: ParsableArguments {
  @Option(help: "The folder of the run whose newest checkpoint is judged.")
  var model = "runs/model"

  @Option(help: "Episodes a cell of the table; all contenders get the same.")
  var episodes = 200

  @Option(help: "How the quirks of the robots are drawn.")
  var quirks = QuirkFamily.mixed

  @Option(help: "Only the contenders of these names.")
  var only: [String] = []

  @OptionGroup var work: WorkOptions

  func validate() throws {
    guard (1...100_000).contains(episodes) else {
      throw ValidationError("--episodes is \(episodes), and has to be 1 to 100000.")
    }
  }
}
