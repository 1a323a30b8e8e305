// orrery imagine: closes a robot's eyes, and compares what it imagines with what happens.
import ArgumentParser
import Environments
import Foundation
import Learning
import WorldModels

struct Imagine: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Imagines a drive with closed eyes, and shows it beside what then happened.",
    discussion: """
      A robot that the model has never met drives for some seconds; then its eyes are closed, and it \
      is told only the commands. The drawing shows what it imagined, what happened, and what system \
      identification would have said.
      """)

  @OptionGroup var options: ImagineOptions

  private static let rowEvery = 5

  func run() throws {
    let trained = try TrainedModel.load(from: options.model).trained
    let watch = Int((options.watch / Double(Chassis.dt)).rounded())
    let ahead = Int((options.ahead / Double(Chassis.dt)).rounded())
    let episode = try episode(length: watch + ahead + 1)
    let learned = ImaginedDrive(
      by: LearnedMotion(trained.model.motion), of: episode, watch: watch, ahead: ahead)
    let classical = ImaginedDrive(
      by: SystemIdentification(), of: episode, watch: watch, ahead: ahead)
    try Files.write(
      Array(ImaginedDrawing(learned: learned, classical: classical).text.utf8), to: options.svg)
    let steps = stride(from: Self.rowEvery, through: ahead, by: Self.rowEvery)
    let rows = steps.map { row(after: $0, learned, classical) }
    if options.json {
      try Output.say(json: rows)
    } else {
      try Output.say(table(rows) + "\n\nIt is drawn in \(options.svg).")
    }
  }

  /// The drive that is asked for, of at least so many readings.
  private func episode(length: Int) throws -> DriveEpisode {
    guard let folder = options.episodes else {
      return HeldOutDrives.drive(
        seed: HeldOutDrives.firstSeed + UInt64(options.episode), length: length,
        isRich: options.rich)
    }
    let store = try EpisodeStore.open(folder)
    for name in ["pose", "wheels", "gyro"] where store.spec.range(of: name) == nil {
      throw WarehouseRecordsError.lacks(modality: name, folder: folder)
    }
    guard store.episodes.indices.contains(options.episode) else {
      throw Failure(
        status: .usage,
        sentence: "--episode is \(options.episode), and \(folder) holds the episodes 0 to "
          + "\(store.episodes.count - 1).")
    }
    let episode = try DriveEpisode(store.episodes[options.episode], of: store)
    guard episode.readings.count >= length else {
      let seconds = Double(episode.readings.count - 1) * Double(Chassis.dt)
      throw Failure(
        status: .usage,
        sentence: "Episode \(options.episode) lasts \(String(format: "%.2f", seconds)) s: --watch "
          + "and --ahead have to be less together.")
    }
    return episode
  }

  private struct Row: Encodable {
    var seconds: Double
    var imagined: ImaginedDrive.Instant
    var happened: ImaginedDrive.Instant
    var error: Float
    var errorOfIdentification: Float
  }

  private func row(
    after steps: Int, _ learned: ImaginedDrive, _ classical: ImaginedDrive
  ) -> Row {
    Row(
      seconds: learned.imagined[steps - 1].seconds, imagined: learned.imagined[steps - 1],
      happened: learned.happened[steps - 1], error: learned.error(after: steps),
      errorOfIdentification: classical.error(after: steps))
  }

  private func table(_ rows: [Row]) -> String {
    var table = Table(
      [
        "s", "imagined x", "y", "heading", "happened x", "y", "heading", "off", "doubt",
        "identification off",
      ], numeric: Set(0...9))
    func metres(_ value: Float) -> String { String(format: "%.3f m", Double(value)) }
    func degrees(_ value: Float) -> String {
      let turn = (value / (2 * .pi)).rounded(.toNearestOrEven)
      return String(format: "%.1f°", Double(value - turn * 2 * .pi) * 180 / .pi)
    }
    func centimetres(_ value: Float) -> String { String(format: "%.1f cm", Double(value) * 100) }
    for row in rows {
      table.add([
        String(format: "%.2f", row.seconds), metres(row.imagined.x), metres(row.imagined.y),
        degrees(row.imagined.heading), metres(row.happened.x), metres(row.happened.y),
        degrees(row.happened.heading), centimetres(row.error), centimetres(row.imagined.doubt),
        centimetres(row.errorOfIdentification),
      ])
    }
    return table.text
  }
}
