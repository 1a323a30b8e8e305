// orrery train: every stage is learned and measured by itself.
import Foundation
import Learning
import Testing

@Suite struct TrainTests {
  private static let stages = WarehouseTraining.Stage.allCases.map(\.rawValue)

  private static func collect(_ world: String, _ more: String...) -> [String] {
    ["collect", "--world", world, "--episodes", "4", "--workers", "2"] + more
  }

  /// So short that no stage comes to the step at which metrics are recorded.
  @Test func everyStageIsMeasuredByItself() throws {
    let program = try Program()
    for arguments in [
      Self.collect("yard", "--steps", "60", "--no-lidar", "-o", "drives"),
      Self.collect("warehouse", "--steps", "80", "-o", "rounds"),
    ] {
      let ended = try Program(in: program.folder).run(arguments)
      #expect(ended.status == 0, "\(ended.errors)")
    }
    let ended = try program.run(
      [
        "train", "--drives", "drives", "--rounds", "rounds", "-o", "model", "--scale", "0.001",
        "--precision", "bfloat16", "--workers", "2", "--json",
      ])
    #expect(ended.status == 0, "\(ended.errors)")
    let report = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
    let losses = try #require(report?["losses"] as? [String: Double])
    #expect(losses.keys.sorted() == Self.stages.sorted())
    let lines = try Files.contents(of: program.folder + "/model/metrics.jsonl").split(
      separator: 0x0A)
    #expect(lines.count == Self.stages.count)
    for (line, stage) in zip(lines, Self.stages) {
      let record = try JSONDecoder().decode([String: Double].self, from: Data(line))
      let loss = try #require(record["\(stage)/loss"])
      #expect(abs(loss - (losses[stage] ?? .nan)) <= 1e-6 * abs(loss))
    }
    let state = try Checkpoints(in: program.folder + "/model").state(WarehouseTraining.State.self)
    #expect(state.isDone && "\(state.plan.motion.precision)" == "bfloat16")
  }
}
