// Learning curves from the metrics that a training wrote.
import Foundation

extension LearningCurve {
  /// The curves of a run's losses, one for each part that was learned; none where the file is missing.
  public static func read(from folder: String, source: Report.Source) -> [LearningCurve] {
    guard let data = try? Files.contents(of: "\(folder)/\(Metrics.linesName)") else { return [] }
    var order: [String] = []
    var curves: [String: LearningCurve] = [:]
    for line in data.split(separator: 0x0A) {
      guard let record = try? JSONDecoder().decode([String: Double?].self, from: Data(line)),
        let step = record["step"] ?? nil
      else { continue }
      for (name, value) in record where name.hasSuffix("/loss") {
        guard let value else { continue }
        let measure = "loss of \(name.dropLast("/loss".count))"
        if curves[measure] == nil {
          order.append(measure)
          curves[measure] = LearningCurve(measure: measure, source: source, steps: [], values: [])
        }
        curves[measure]?.steps.append(step)
        curves[measure]?.values.append(value)
      }
    }
    return order.compactMap { curves[$0] }
  }
}
