// orrery demo: from nothing to a robot that has learned, and a report about it.
import ArgumentParser
import Environments
import Foundation
import Learning
import Tensors

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Collects, learns, judges and reports: from nothing to a page to look at.",
    discussion: """
      Everything goes into one folder. What is there already is not made again, so that after \
      Ctrl-C the same command goes on from where it was.
      """)

  @OptionGroup var options: DemoOptions

  func run() throws {
    Interrupt.watch()
    let plan = options.fast ? DemoPlan.fast : .full
    let folder = options.folder
    if options.fresh { try clear(folder) }
    let began = ContinuousClock.now
    let workers = Workers(count: options.threads.count)
    let demo = DemoRun(plan, in: folder, workers: workers)
    try demo.collect()
    try demo.train()
    var (results, durations) = try demo.evaluate()
    results.note = plan.note
    results.provenance = provenance(plan, durations: durations, in: folder)
    let page = try results.write(to: ResultStore(in: folder))
    let spent = ProgressBar.clock((ContinuousClock.now - began) / .seconds(1))
    try Output.say(
      [plan.note, ResultTables(results).text, "This took \(spent). The report is \(page)"]
        .compactMap { $0 }.joined(separator: "\n\n"))
  }

  /// Removes what a demonstration makes, and nothing else.
  private func clear(_ folder: String) throws {
    for part in DemoRun.parts {
      let path = "\(folder)/\(part)"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw FileError.unwritable(path: path, reason: "it could not be removed")
      }
    }
  }

  private func provenance(
    _ plan: DemoPlan, durations: [Provenance.Fact], in folder: String
  ) -> Provenance {
    var provenance = Provenance.ofThisMachine(
      command: CommandLine.arguments.dropFirst().reduce("orrery") { $0 + " " + $1 })
    let seeds = plan.seeds.map(String.init)
    provenance.facts.append(.init("Training seeds", seeds.joined(separator: ", ")))
    provenance.durations = durations
    let steps = plan.drives * DemoPlan.driveSteps + plan.rounds * DemoPlan.roundSteps
    provenance.counts = [
      .init("Drives on the open floor", "\(plan.drives)"),
      .init("Rounds among racks and people", "\(plan.rounds)"),
      .init("Steps learned from", "\(steps)"),
      .init(
        "Hours learned from", String(format: "%.1f", Double(steps) * Double(Drive.dt) / 3600)),
      .init("Missions for each driver", "\(plan.evaluation.missions)"),
      .init("Missions of ablations and oracles", "\(plan.evaluation.sideMissions)"),
    ]
    let models = seeds.map { "\(folder)/models/seed-\($0)" }
    provenance.rerun =
      [
        "orrery collect --world yard --episodes \(plan.drives) --steps \(DemoPlan.driveSteps) "
          + "--no-lidar --output \(folder)/drives",
        "orrery collect --world warehouse --episodes \(plan.rounds) --steps \(DemoPlan.roundSteps) "
          + "--output \(folder)/rounds",
      ]
      + zip(seeds, models).map { seed, model in
        "orrery train --drives \(folder)/drives --rounds \(folder)/rounds --seed \(seed) "
          + "--output \(model)"
      } + ["orrery evaluate --model \(models.joined(separator: " "))"]
    return provenance
  }
}
