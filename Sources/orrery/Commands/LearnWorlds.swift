// orrery worlds learn: the general world model in the small worlds, from nothing to a judgement.
import ArgumentParser
import Environments
import Foundation
import Learning
import Planning
import Tensors
import WorldModels

struct LearnWorlds: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Learns the small worlds with the general world model, and judges it.",
    discussion: """
      Acts by chance in each world, learns a latent model of it from that alone, once for each seed, \
      and then says how far it sees and how well somebody lives who plans with it: beside chance, \
      and beside the same planner with the world itself. Episodes and models that are there already \
      are not made again, so that after Ctrl-C the same command goes on exactly where it was; only \
      the judgement, results.json, is made anew.
      """)

  @OptionGroup var options: LearnWorldsOptions

  func run() throws {
    Interrupt.watch()
    let workers = Workers(count: options.threads.count)
    var results: [LatentWorldResult] = []
    for world in options.worlds {
      guard let plan = options.plan(for: world) else { continue }
      let run = LatentRun(
        world: world, plan: plan, folder: "\(options.output)/\(world.rawValue)", workers: workers)
      let result = try run.finish(seeds: options.seeds, episodes: options.episodes)
      if !options.json { try Output.say(result.tables) }
      results.append(result)
    }
    if options.json { try Output.say(json: results) }
  }
}

/// One world on its way, in a folder: "episodes"; a folder of checkpoints and metrics for each seed;
/// and "results.json", what the last run found in the end.
struct LatentRun {
  let world: WorldName
  let plan: LatentPlan
  let folder: String
  let workers: Workers

  private static let recordEvery = 20
  private static let saveEvery = 10.0

  /// Does all that is left.
  func finish(seeds: [UInt64], episodes: Int) throws -> LatentWorldResult {
    try collect()
    let store = try EpisodeStore.open(folder + "/episodes")
    var learned: [LatentWorldResult.Learned] = []
    for seed in seeds {
      let began = ContinuousClock.now
      let model = try train(seed: seed, on: store)
      learned.append(
        LatentWorldResult.Learned(
          seed: seed, model: model, forecast: try LatentForecast(of: model, on: store),
          seconds: (ContinuousClock.now - began) / .seconds(1)))
    }
    let result = try judge(learned, episodes: episodes)
    try ResultStore(in: folder).write(result, to: "results")
    return result
  }

  private func interrupted(_ what: String, saved: String = "all of it") -> Failure {
    Failure(
      status: .interrupted,
      sentence: "Stopped \(what) \(world.rawValue), \(saved) saved in \(folder): the same command "
        + "goes on from there.")
  }

  private func collect() throws {
    let collection = Collection(
      world: world, episodes: plan.episodes, steps: plan.stepsMax, seed: 0)
    var bar = ProgressBar("Collecting", unit: "episodes", total: plan.episodes)
    let progress = try Collector(collection, into: folder + "/episodes").run(on: workers) {
      if $0.stepsMade > 0 { bar.show($0.episodes, note: world.rawValue) }
      return !Interrupt.hasCome
    }
    bar.finish()
    guard progress.episodes >= plan.episodes else { throw interrupted("collecting") }
  }

  private func train(seed: UInt64, on store: EpisodeStore) throws -> LatentModel {
    let folder = "\(folder)/\(plan.objective.regularizer.rawValue)-seed\(seed)"
    let checkpoints = Checkpoints(in: folder)
    try Files.makeFolder(folder)
    var training = try LatentTraining(store, seed: seed, plan: plan)
    if try checkpoints.newest() != nil { try training.resume(from: checkpoints) }
    guard !training.isDone else { return training.model }
    try learn(&training, checkpoints: checkpoints, folder: folder, seed: seed)
    return training.model
  }

  private func learn(
    _ training: inout LatentTraining, checkpoints: Checkpoints, folder: String, seed: UInt64
  ) throws {
    var metrics = try Metrics(
      in: folder, keepingThrough: training.step, at: Date().timeIntervalSince1970)
    var bar = ProgressBar("Learning", unit: "steps", total: plan.schedule.steps)
    var saved = ContinuousClock.now
    while !training.isDone {
      let progress = try training.advance(on: workers)
      guard progress.loss.isFinite else {
        throw Failure(
          status: .badInput,
          sentence: "The loss of step \(training.step) is \(progress.loss): the episodes hold "
            + "numbers that are not finite.")
      }
      if training.step % Self.recordEvery == 0 {
        let heldOut = try training.heldOutLoss().map { ("heldOut/\($0.name)", $0.value) }
        try metrics.record(
          step: training.step, at: Date().timeIntervalSince1970,
          [
            (name: "train/loss", value: Double(progress.loss)),
            (name: "train/gradientNorm", value: Double(progress.gradientNorm)),
          ] + heldOut.map { (name: $0.0, value: $0.1) })
      }
      bar.show(
        training.step,
        note: "\(world.rawValue), seed \(seed), loss \(String(format: "%.3f", progress.loss))")
      let isDue = (ContinuousClock.now - saved) / .seconds(1) > Self.saveEvery
      if isDue || Interrupt.hasCome || training.isDone {
        try metrics.synchronize()
        try training.save(to: checkpoints)
        saved = .now
      }
      if Interrupt.hasCome && !training.isDone {
        bar.finish()
        throw interrupted("learning")
      }
    }
    bar.finish()
  }

  private func judge(
    _ learned: [LatentWorldResult.Learned], episodes: Int
  ) throws -> LatentWorldResult {
    let trials = LatentTrials(in: world, episodes: episodes, plan: plan)
    var bar = ProgressBar("Judging", unit: "contenders", total: 2 + 2 * learned.count)
    var done = 0
    var results: [LatentWorldResult.Judged] = []
    func judge(_ make: () -> LatentTrial?) throws {
      if Interrupt.hasCome {
        bar.finish()
        throw interrupted("judging", saved: "its episodes and models")
      }
      bar.show(done, note: world.rawValue)
      let began = ContinuousClock.now
      if let trial = make() {
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let decisions = trial.steps * Double(episodes)
        results.append(
          .init(
            trial: trial, decisionMs: seconds * 1000 * Double(workers.count) / max(1, decisions)))
      }
      done += 1
    }
    try judge { trials.chance(on: workers) }
    for one in learned {
      try judge { trials.rewards(one.model, seed: one.seed, on: workers) }
      try judge { trials.goal(one.model, seed: one.seed, on: workers) }
    }
    try judge { trials.oracle(on: workers) }
    bar.finish()
    return LatentWorldResult(world: world, plan: plan, learned: learned, judged: results)
  }
}
