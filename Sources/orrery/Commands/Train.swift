// orrery train: from collected episodes to a model of the warehouse.
import ArgumentParser
import Foundation
import Learning
import Tensors

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learns a model of the warehouse from collected episodes.",
    discussion: """
      Learns, one after another: how the robot moves, how others move, who steps out from behind \
      corners, what the lidar shows, what searches choose, and when they pay. The folder gets checkpoints, metrics.jsonl and a TensorBoard \
      event file. After Ctrl-C, the same command with --resume goes on exactly where it was.
      """)

  @OptionGroup var options: TrainOptions

  func run() throws {
    Interrupt.watch()
    let workers = Workers(count: options.work.threads.count)
    let checkpoints = Checkpoints(in: options.output)
    if let step = try checkpoints.newest(), !options.resume {
      throw Failure(
        status: .usage,
        sentence: "\(options.output) already holds a training of \(step) steps: give --resume to "
          + "go on with it, or another folder.")
    }
    let records = try WarehouseRecords(
      drives: try .open(options.drives), rounds: try .open(options.rounds), on: workers)
    var training =
      options.resume
      ? try WarehouseTraining(records: records, resuming: checkpoints)
      : WarehouseTraining(
        records: records, seed: options.work.seed,
        plan: TrainingPlan(scale: options.scale, precision: options.precision))
    let run = TrainingRun(folder: options.output, saveEvery: options.saveEvery)
    guard let losses = try run.finish(&training, on: workers) else {
      throw Failure(
        status: .interrupted,
        sentence: "Stopped after \(training.total) of \(training.stepsMax) steps, saved in "
          + "\(options.output): the same command with --resume goes on from there.")
    }
    if options.work.json {
      try Output.say(
        json: Report(folder: options.output, steps: training.total, losses: losses))
    } else {
      try Output.say("\(training.total) steps; the model is in \(options.output).")
    }
  }

  private struct Report: Encodable {
    var folder: String
    var steps: Int
    /// The last recorded loss of each part that learned now.
    var losses: [String: Float]
  }
}

/// Runs a training to its end in a folder: progress, metrics, checkpoints.
struct TrainingRun {
  /// Where checkpoints and metrics go.
  let folder: String
  /// Seconds between two checkpoints.
  let saveEvery: Double
  /// What the bar calls it.
  var title = "Training"

  private static let recordEvery = 20

  /// Takes all the steps that are left.
  ///
  /// - Returns: the last recorded loss of each stage; nil where it was interrupted, all of it saved.
  func finish(
    _ training: inout WarehouseTraining, on workers: Workers
  ) throws -> [String: Float]? {
    let checkpoints = Checkpoints(in: folder)
    try Files.makeFolder(folder)
    var metrics = try Metrics(
      in: folder, keepingThrough: training.total, at: Date().timeIntervalSince1970)
    var bar = ProgressBar(title, unit: "steps", total: training.stepsMax)
    var saved = ContinuousClock.now
    var losses: [Float] = []
    var last: [String: Float] = [:]
    while !training.isDone {
      let progress = training.advance(on: workers)
      guard progress.loss?.isFinite ?? true else {
        throw Failure(
          status: .badInput,
          sentence: "The loss of step \(progress.total) is not finite, so the episodes hold "
            + "numbers that are not; the last checkpoint in \(folder) is sound.")
      }
      if let loss = progress.loss { losses.append(loss) }
      // A stage records what is left at its end: a mean is of one stage.
      let isRecorded = progress.step % Self.recordEvery == 0 || progress.step == progress.steps
      if isRecorded && !losses.isEmpty {
        let loss = losses.reduce(0, +) / Float(losses.count)
        last[progress.stage.rawValue] = loss
        losses = []
        try metrics.record(
          step: progress.total, at: Date().timeIntervalSince1970,
          [
            (name: "\(progress.stage.rawValue)/loss", value: Double(loss)),
            (name: "\(progress.stage.rawValue)/gradientNorm", value: Double(progress.gradientNorm)),
          ])
      }
      bar.show(
        progress.total,
        note: progress.stage.rawValue + " "
          + (progress.loss.map { String(format: "%.3f", $0) } ?? "missions"))
      let isDue = (ContinuousClock.now - saved) / .seconds(1) > saveEvery
      if isDue || Interrupt.hasCome || training.isDone {
        try metrics.synchronize()
        try training.save(to: checkpoints)
        saved = .now
      }
      if Interrupt.hasCome && !training.isDone {
        bar.finish()
        return nil
      }
    }
    bar.finish()
    return last
  }
}
