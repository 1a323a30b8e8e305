// orrery evaluate: judges trained models on sites, robots and traffic that no training has met.
import ArgumentParser
import Environments
import Foundation
import Learning
import Tensors

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judges trained models on sites, robots and traffic that they have never met.",
    discussion: """
      The parts: "motion", how well a robot knows its own body; "skill", how far it can imagine each \
      of its senses; "planning", how it drives, beside random, classical and all-knowing drivers on \
      the same missions; "memory", worlds that only a memory solves. Results are kept: what was \
      finished before Ctrl-C is not computed again.
      """)

  @OptionGroup var options: EvaluateOptions

  func run() throws {
    Interrupt.watch()
    let workers = Workers(count: options.threads.count)
    let store = ResultStore(in: options.output)
    var run = try EvaluationRun(
      options.plan, models: options.part == .memory ? [] : options.model,
      site: try options.layout.map { try Site.read($0) }, store: store,
      workers: workers)
    var results = try run.results { options.part == nil || options.part == $0 }
    for (folder, trained) in zip(options.model, run.trained) {
      results.learning += LearningCurve.read(from: folder, source: .seed(trained.seed))
    }
    results.provenance = Provenance.ofThisMachine(
      command: CommandLine.arguments.dropFirst().reduce("orrery") { $0 + " " + $1 })
    results.provenance.durations = run.durations
    let page = try results.write(to: store)
    if options.json {
      try Output.say(json: results.report)
    } else {
      try Output.say(ResultTables(results).text + "\n\nThe report is \(page)")
    }
  }
}

extension EvaluationRun {
  /// Everything that is asked for.
  mutating func results(
    _ isAsked: (EvaluateOptions.Part) -> Bool
  ) throws -> EvaluationResults {
    var results = EvaluationResults()
    if isAsked(.motion) { results.motion = try motion() }
    if isAsked(.skill) { results.skill = try skill() }
    if isAsked(.planning) {
      let judged = Driver.classical + trained.map(Driver.learned)
      let planning = try planning(judged, missions: plan.missions)
      results.replays = try film(planning, missions: plan.missions)
      let aside = trained.prefix(1).flatMap { Driver.ablations($0) + Driver.ladder($0) }
      let others = try self.planning(aside, missions: plan.sideMissions)
      results.planning = PlanningResult(planning.cells + others.cells)
    }
    if isAsked(.memory) && plan.hasMemory { results.memory = try memory() }
    return results
  }
}

extension EvaluationResults {
  /// Writes the report beside the results.
  ///
  /// - Returns: where the page is.
  func write(to store: ResultStore) throws(FileError) -> String {
    let report = report
    try store.write(report, to: "report")
    let page = store.folder + "/report.html"
    try Files.write(Array(report.html().utf8), to: page)
    return page
  }
}
