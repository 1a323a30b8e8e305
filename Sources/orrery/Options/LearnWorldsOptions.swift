// What "orrery worlds learn" is told.
import ArgumentParser
import Learning
import Tensors
import WorldModels

/// The options of learning small worlds.
struct LearnWorldsOptions: ParsableArguments {
  @Argument(help: "The worlds: point-mass, counting, recall, delay, swaps. (default: all of them)")
  var worlds: [WorldName] = WorldName.allCases.filter { LatentPlan.recommended(for: $0) != nil }

  @Option(parsing: .upToNextOption, help: "The training seeds; each is shown.")
  var seeds: [UInt64] = [1, 2, 3]

  @Option(help: "Steps of each training. (default: what was found to be enough for the world)")
  var steps: Int?

  @Option(help: "Episodes that everybody lives through in the end.")
  var episodes = 100

  @Option(help: "What keeps latents apart: sigreg, vicreg, none.")
  var regularizer = LatentObjective.Regularizer.sigReg

  @Option(
    help: """
      How the factors of matrix products are held. (default: bfloat16 where this machine \
      multiplies it faster, else float32)
      """)
  var precision: Precision?

  @Option(name: .shortAndLong, help: "The folder for episodes, models and results.")
  var output = "runs/worlds"

  @OptionGroup var threads: WorkersOption

  @Flag(help: "Write the results as JSON.")
  var json = false

  /// How a world is learned.
  func plan(for world: WorldName) -> LatentPlan? {
    guard var plan = LatentPlan.recommended(for: world) else { return nil }
    if let steps { plan.schedule.steps = steps }
    plan.objective.regularizer = regularizer
    plan.schedule.precision = precision ?? .fastest
    return plan
  }

  func validate() throws {
    guard !worlds.isEmpty, Set(worlds).count == worlds.count else {
      throw ValidationError("one world or more has to be named, each once.")
    }
    for world in worlds where LatentPlan.recommended(for: world) == nil {
      throw ValidationError(
        "\(world.rawValue) has a model of its own: see \"orrery train --help\".")
    }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw ValidationError("--seeds has to name one seed or more, each once.")
    }
    guard (1...10_000_000).contains(steps ?? 1) else {
      throw ValidationError("--steps is \(steps ?? 1), and has to be 1 to 10000000.")
    }
    guard (1...100_000).contains(episodes) else {
      throw ValidationError("--episodes is \(episodes), and has to be 1 to 100000.")
    }
    guard !output.isEmpty else {
      throw ValidationError("--output is empty, and has to be a folder.")
    }
  }
}
