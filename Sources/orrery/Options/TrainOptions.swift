// What "orrery train" is told.
import ArgumentParser
import Tensors

/// The options of training.
struct TrainOptions: ParsableArguments {
  @Option(help: "The folder of drives, of the world \"yard\": for the robot's own motion.")
  var drives = "runs/drives"

  @Option(help: "The folder of rounds, of the world \"warehouse\": for people and lidar.")
  var rounds = "runs/rounds"

  @Option(name: .shortAndLong, help: "The folder of the run: checkpoints and metrics.")
  var output = "runs/model"

  @Option(help: "Steps of training, as a multiple of those of the demo.")
  var scale = 1.0

  @Option(
    help: """
      How the factors of matrix products are held: float32, bfloat16. What is resumed keeps its own.
      """)
  var precision = Precision.float32

  @Option(help: "Seconds between two checkpoints.")
  var saveEvery = 30.0

  @Flag(help: "Go on from the newest checkpoint of the folder.")
  var resume = false

  @OptionGroup var work: WorkOptions

  func validate() throws {
    guard scale > 0 && scale <= 1000 else {
      throw ValidationError("--scale is \(scale), and has to be above 0 and at most 1000.")
    }
    guard saveEvery > 0 else {
      throw ValidationError("--save-every is \(saveEvery), and has to be above 0.")
    }
  }
}
