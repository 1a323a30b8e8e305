// Evaluates trained models part by part, and keeps what was found.
import Environments
import Foundation
import Learning
import Planning
import Tensors

/// An evaluation on its way. What lies in the store and belongs to the same models and sizes is not
/// computed again.
struct EvaluationRun {
  /// How much is evaluated.
  let plan: EvaluationPlan
  /// What was trained.
  let trained: [TrainedModel]
  /// What tells these models from all others.
  let fingerprint: String
  /// Where results are kept.
  let store: ResultStore
  /// Who computes.
  let workers: Workers
  /// Where missions are driven; in the generated sites that no training has seen if nil.
  let site: Site?
  /// Seconds that each part took, now or when it was made.
  private(set) var durations: [Provenance.Fact] = []

  init(
    _ plan: EvaluationPlan, models folders: [String], site: Site? = nil, store: ResultStore,
    workers: Workers
  ) throws {
    var trained: [TrainedModel] = []
    var fingerprints: [String] = []
    for folder in folders {
      let model = try TrainedModel.load(from: folder)
      guard !trained.contains(where: { $0.seed == model.trained.seed }) else {
        throw Failure(
          status: .usage,
          sentence:
            "\(folder) holds a training of seed \(model.trained.seed), and so does a folder "
            + "before it: give trainings of different seeds.")
      }
      trained.append(model.trained)
      fingerprints.append(model.fingerprint)
    }
    self.plan = plan
    self.trained = trained
    fingerprint = fingerprints.joined(separator: " ")
    self.store = store
    self.workers = workers
    self.site = site
  }

  /// How well the robot knows its own motion.
  mutating func motion() throws -> MotionResult {
    let (plan, trained, workers) = (plan, trained, workers)
    return try stage("motion", "Own motion", sizes: "\(plan.robots)", of: plan.robots, "robots") {
      goOn in
      HeldOutDrives(robots: plan.robots).record(on: workers) { goOn(0.1 * $0) }.flatMap {
        MotionEvaluation(episodes: $0).result(of: trained, on: workers) { goOn(0.1 + 0.9 * $0) }
      }
    }
  }

  /// How far it can imagine each of its senses.
  mutating func skill() throws -> SkillResult {
    let (plan, trained, workers) = (plan, trained, workers)
    let count = plan.siteDrives
    return try stage("skill", "Imagination", sizes: "\(count)", of: count, "drives") { goOn in
      SiteDrives(count: count).record(on: workers) { goOn(0.2 * $0) }.flatMap {
        SkillEvaluation(drives: $0).result(of: trained, on: workers) { goOn(0.2 + 0.8 * $0) }
      }
    }
  }

  /// How it drives, and how others do.
  mutating func planning(_ drivers: [Driver], missions: Int) throws -> PlanningResult {
    let began = ContinuousClock.now
    let evaluation = PlanningEvaluation(
      missions: missions, in: site, clock: { (ContinuousClock.now - began) / .seconds(1) })
    let workers = workers
    let cells = try drivers.map { driver in
      let name = driver.contender.name
      let file = "planning/" + name.replacing(" ", with: "-").filter { $0 != ":" && $0 != "," }
      return try stage(file, name, sizes: missionsKey(missions), of: missions, "missions") { goOn in
        evaluation.play(driver, on: workers, goOn: goOn)
      }
    }
    return PlanningResult(cells)
  }

  /// What missions depend on besides the models.
  private func missionsKey(_ missions: Int) -> String {
    site.map { "\(missions) in \($0.name) (\($0.racks.count) racks)" } ?? "\(missions)"
  }

  /// What a sign in the memory's transition is worth: nothing of the trained models is needed.
  mutating func memory() throws -> [MemoryResult] {
    let study = MemoryStudy(
      of: [.counting(modulus: 2), .counting(modulus: 4), .swaps(cups: 3), .recall],
      seed: Self.memorySeed)
    let steps = 2 * study.plans.reduce(0) { $0 + $1.steps }
    let workers = workers
    let results = try stage(
      "memory", "Memory worlds", sizes: "\(study.plans)", of: steps, "steps", judgesModels: false
    ) { goOn -> [MemoryStudy.Result]? in
      let results = study.run(on: workers) { goOn(Double($0.done) / Double($0.total)) }
      return results.count == study.plans.count ? results : nil
    }
    return results.map(MemoryResult.init)
  }

  private static let memorySeed: UInt64 = 1

  /// Films the missions worth looking at: the first training beside the honest opponent.
  mutating func film(_ planning: PlanningResult, missions: Int) throws -> [Recording] {
    let drivers =
      trained.prefix(1).map(Driver.learned) + Driver.classical.filter { $0.role == .honest }
    let evaluation = PlanningEvaluation(missions: missions, in: site)
    let highlights = planning.highlights
    let key = highlights.map { "\($0.seed) \($0.title)" }.joined(separator: ", ")
    let workers = workers
    return try stage("replays", "Filming", sizes: key, of: highlights.count, "missions") { goOn in
      guard goOn(0) else { return nil }
      return workers.map(highlights.count) { i in
        evaluation.film(drivers, seed: highlights[i].seed, title: highlights[i].title)
      }.compactMap { $0 }
    }
  }

  /// Makes a result, unless it is there, under a bar of so many units.
  private mutating func stage<Value: Codable & Sendable>(
    _ name: String, _ title: String, sizes: String, of total: Int, _ unit: String,
    judgesModels: Bool = true, make: (@escaping GoOn) -> Value?
  ) throws -> Value {
    let key = judgesModels ? "\(sizes) | \(fingerprint)" : sizes
    if let kept = store.kept(name, key: key, as: Value.self) {
      durations.append(.init(title, ProgressBar.clock(kept.seconds)))
      return kept.result
    }
    var bar = ProgressBar(title, unit: unit, total: total)
    let began = ContinuousClock.now
    let result = make { share in
      bar.show(Int(share * Double(total)))
      return !Interrupt.hasCome
    }
    bar.finish()
    guard let result else {
      throw Failure(
        status: .interrupted,
        sentence: "Stopped in \"\(title)\"; what was finished before lies in \(store.folder): the "
          + "same command goes on from there.")
    }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    try store.keep(result, as: name, key: key, seconds: seconds)
    durations.append(.init(title, ProgressBar.clock(seconds)))
    return result
  }
}
