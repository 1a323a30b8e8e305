// orrery collect: acts in a world and records what comes of it.
import ArgumentParser
import Environments
import Foundation
import Learning
import Tensors

struct Collect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Acts in a world by chance, and records episodes to learn from.",
    discussion: """
      The folder can be added to: the same command with more episodes makes only those that are \
      missing, and after Ctrl-C it goes on from where it was. "orrery worlds" lists the worlds.
      """)

  @Option(help: "The world to act in.")
  var world = WorldName.yard

  @Option(help: "How many episodes the folder is to hold.")
  var episodes = 1024

  @Option(help: "Steps of an episode; 20 are a second in the warehouse.")
  var steps = 160

  @Option(help: "How the quirks of warehouse robots are drawn.")
  var quirks = QuirkFamily.mixed

  @Flag(inversion: .prefixedNo, help: "Whether warehouse robots have a lidar.")
  var lidar = true

  @Option(name: .shortAndLong, help: "The folder for the episodes.")
  var output = "runs/episodes"

  @OptionGroup var work: WorkOptions

  func validate() throws {
    guard !output.isEmpty else {
      throw ValidationError("--output is empty, and has to be a folder.")
    }
    guard (1...10_000_000).contains(episodes) else {
      throw ValidationError("--episodes is \(episodes), and has to be 1 to 10000000.")
    }
    guard (1...1_700).contains(steps) else {
      throw ValidationError("--steps is \(steps), and has to be 1 to 1700.")
    }
  }

  func run() throws {
    Interrupt.watch()
    let collection = Collection(
      world: world, episodes: episodes, steps: steps, seed: work.seed, quirks: quirks,
      lidar: lidar)
    let began = ContinuousClock.now
    var bar = ProgressBar("Collecting", unit: "episodes", total: episodes)
    let collector = Collector(collection, into: output)
    let progress = try collector.run(on: Workers(count: work.threads.count)) { progress in
      if progress.episodes < episodes || progress.stepsMade > 0 { bar.show(progress.episodes) }
      return !Interrupt.hasCome
    }
    bar.finish()
    guard progress.episodes >= episodes else {
      throw Failure(
        status: .interrupted,
        sentence: "Stopped with \(progress.episodes) of \(episodes) episodes in \(output): "
          + "the same command goes on from there.")
    }
    try report(progress, seconds: (ContinuousClock.now - began) / .seconds(1))
  }

  private struct Report: Encodable {
    var folder: String
    var world: String
    var episodes: Int
    var episodesMade: Int
    var stepsMade: Int
    var seconds: Double
    var bytes: Int
  }

  private func report(_ progress: Collector.Progress, seconds: Double) throws {
    let made = progress.episodes - progress.episodesFound
    let bytes = try size()
    if work.json {
      try Output.say(
        json: Report(
          folder: output, world: world.rawValue, episodes: progress.episodes, episodesMade: made,
          stepsMade: progress.stepsMade, seconds: seconds, bytes: bytes))
      return
    }
    let repaired =
      progress.filesRepaired > 0 ? " Damaged files made anew: \(progress.filesRepaired)." : ""
    let rate = ProgressBar.short(Double(progress.stepsMade) / max(seconds, 1e-3))
    try Output.say(
      made == 0
        ? "\(output) already holds the \(episodes) episodes."
        : "\(made) episodes of \(progress.stepsMade) steps in \(ProgressBar.clock(seconds)) "
          + "(\(rate) steps/s); \(output) holds \(progress.episodes) in "
          + "\(String(format: "%.1f", Double(bytes) / 1e6)) MB.\(repaired)")
  }

  private func size() throws(FileError) -> Int {
    let names = try Files.names(in: output).filter { $0.hasSuffix(EpisodeShard.ending) }
    return names.reduce(0) { sum, name in
      let attributes = try? FileManager.default.attributesOfItem(atPath: output + "/" + name)
      return sum + (attributes?[.size] as? Int ?? 0)
    }
  }
}
