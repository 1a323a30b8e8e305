// What "orrery evaluate" is told.
import ArgumentParser
import Learning

/// The options of evaluation.
struct EvaluateOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: "The folders of the runs whose newest checkpoints are judged, one a training seed.")
  var model = ["runs/model"]

  @Option(help: "Missions that every driver drives; all get the same.")
  var episodes = 200

  @Option(help: "How many of them ablations and oracles drive. (default: 100, or all if fewer)")
  var sideEpisodes: Int?

  @Option(help: "Robots whose motion is foretold, half plain and half rich.")
  var robots = 200

  @Option(help: "A LIF file of the site to drive in. (default: generated sites, never seen before)")
  var layout: String?

  @Option(help: "Only this part: \(Part.allValueStrings.joined(separator: ", ")).")
  var part: Part?

  @Option(name: .shortAndLong, help: "The folder for the results and the report.")
  var output = "runs/evaluation"

  @OptionGroup var threads: WorkersOption

  @Flag(help: "Write the results as JSON.")
  var json = false

  /// A part of the evaluation.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case motion, skill, planning, memory
  }

  /// How much is evaluated.
  var plan: EvaluationPlan {
    var plan = EvaluationPlan()
    plan.robots = robots
    plan.missions = episodes
    plan.sideMissions = sideEpisodes ?? min(plan.sideMissions, episodes)
    return plan
  }

  func validate() throws {
    guard (1...100_000).contains(episodes) else {
      throw ValidationError("--episodes is \(episodes), and has to be 1 to 100000.")
    }
    guard (1...episodes).contains(sideEpisodes ?? 1) else {
      throw ValidationError(
        "--side-episodes is \(sideEpisodes ?? 1), and has to be 1 to --episodes, \(episodes).")
    }
    guard (4...100_000).contains(robots), robots % 4 == 0 else {
      throw ValidationError("--robots is \(robots), and has to be a multiple of 4 up to 100000.")
    }
  }
}
