// The stages of the demonstration.
import Environments
import Foundation
import Learning
import Tensors

/// A demonstration in a folder: episodes in "drives" and "rounds", trainings in "models", results in
/// "results", and the report.
struct DemoRun {
  private let plan: DemoPlan
  private let folder: String
  private let workers: Workers

  /// What it leaves in its folder.
  static let parts = [
    "drives", "rounds", "models", "results", "times.json", "report.html", "report.json",
  ]

  init(_ plan: DemoPlan, in folder: String, workers: Workers) {
    self.plan = plan
    self.folder = folder
    self.workers = workers
  }

  /// Collects what is missing of the episodes.
  func collect() throws {
    let collections = [
      (
        "drives", "Driving about",
        Collection(
          world: .yard, episodes: plan.drives, steps: DemoPlan.driveSteps, lidar: false)
      ),
      (
        "rounds", "Meeting people",
        Collection(world: .warehouse, episodes: plan.rounds, steps: DemoPlan.roundSteps)
      ),
    ]
    for (name, title, collection) in collections {
      try timed(title) {
        var bar = ProgressBar(title, unit: "episodes", total: collection.episodes)
        let collector = Collector(collection, into: "\(folder)/\(name)")
        let progress = try collector.run(on: workers) { progress in
          bar.show(progress.episodes)
          return !Interrupt.hasCome
        }
        bar.finish()
        guard progress.episodes >= collection.episodes else { throw stopped(title) }
        return progress.episodesFound < collection.episodes
      }
    }
  }

  /// Learns what is missing of the models.
  func train() throws {
    var records: WarehouseRecords?
    for seed in plan.seeds {
      let title = "Training \(seed)"
      try timed(title) {
        guard let checkpoints = try unfinished(seed) else { return false }
        let known =
          try records
          ?? WarehouseRecords(
            drives: .open("\(folder)/drives"), rounds: .open("\(folder)/rounds"), on: workers)
        records = known
        var training =
          try checkpoints.newest() == nil
          ? WarehouseTraining(records: known, seed: UInt64(seed), plan: plan.training)
          : WarehouseTraining(records: known, resuming: checkpoints)
        let run = TrainingRun(folder: model(seed), saveEvery: 30, title: title)
        guard try run.finish(&training, on: workers) != nil else { throw stopped(title) }
        return true
      }
    }
  }

  /// The checkpoints of a training that has steps left; nil where it is done. A training of another
  /// plan, or of a model that this program does not have any more, is begun anew.
  private func unfinished(_ seed: Int) throws -> Checkpoints? {
    let folder = model(seed)
    let checkpoints = Checkpoints(in: folder)
    if try checkpoints.newest() != nil {
      if let state = try? checkpoints.state(WarehouseTraining.State.self),
        state.plan == plan.training, state.seed == UInt64(seed),
        (try? TrainedModel.load(from: folder)) != nil
      {
        return state.isDone ? nil : checkpoints
      }
      do {
        try FileManager.default.removeItem(atPath: folder)
      } catch {
        throw FileError.unwritable(path: folder, reason: "it could not be removed")
      }
    }
    try Files.makeFolder(folder)
    return checkpoints
  }

  /// Judges the models.
  func evaluate() throws -> (results: EvaluationResults, durations: [Provenance.Fact]) {
    let models = plan.seeds.map(model)
    var run = try EvaluationRun(
      plan.evaluation, models: models, store: ResultStore(in: "\(folder)/results"),
      workers: workers)
    var results = try run.results { _ in true }
    for (seed, folder) in zip(plan.seeds, models) {
      results.learning += LearningCurve.read(from: folder, source: .seed(seed))
    }
    results.simulator = simulatorRates()
    let times = times()
    let before = times.keys.sorted().compactMap { name in
      times[name].map { Provenance.Fact(name, ProgressBar.clock($0)) }
    }
    return (results, before + run.durations)
  }

  private func model(_ seed: Int) -> String { "\(folder)/models/seed-\(seed)" }

  private func stopped(_ title: String) -> Failure {
    Failure(
      status: .interrupted,
      sentence: "Stopped in \"\(title)\"; all that was made lies in \(folder): the same command "
        + "goes on from there.")
  }

  /// Steps a second on one core, over a second each.
  private func simulatorRates() -> (state: Double, lidar: Double) {
    func rate(lidar: Bool) -> Double {
      var load = SimulatorLoad(lidar: lidar)
      _ = load.run(steps: 16)
      var steps = 0
      let began = ContinuousClock.now
      while ContinuousClock.now - began < .seconds(1) { steps += load.run(steps: 256).steps }
      return Double(steps) / ((ContinuousClock.now - began) / .seconds(1))
    }
    return (rate(lidar: false), rate(lidar: true))
  }

  // MARK: Times

  /// Does a stage, and adds what it took to what it took before, if it did anything.
  private func timed(_ stage: String, _ body: () throws -> Bool) throws {
    let began = ContinuousClock.now
    let result = Result { try body() }
    if (try? result.get()) ?? true {
      var times = times()
      times[stage, default: 0] += (ContinuousClock.now - began) / .seconds(1)
      try ResultStore(in: folder).write(times, to: "times")
    }
    _ = try result.get()
  }

  /// Seconds that each stage took so far.
  private func times() -> [String: Double] {
    guard let data = try? Files.contents(of: "\(folder)/times.json") else { return [:] }
    return (try? JSONDecoder().decode([String: Double].self, from: data)) ?? [:]
  }
}
