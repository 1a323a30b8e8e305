// What machine this is.
import Foundation
import Learning

extension Provenance {
  /// The provenance of a run of this program on this machine.
  static func ofThisMachine(command: String) -> Provenance {
    var provenance = Provenance()
    provenance.command = command
    let info = ProcessInfo.processInfo
    let processor = processorName.map { " × \($0)" } ?? " cores"
    provenance.facts = [
      Fact("Machine", "\(info.activeProcessorCount)\(processor)"),
      Fact("Memory", String(format: "%.0f GB", Double(info.physicalMemory) / 1e9)),
      Fact("System", info.operatingSystemVersionString),
      Fact("Date", Date().formatted(.iso8601.year().month().day())),
    ]
    return provenance
  }

  /// Linux tells; elsewhere it is left out.
  private static var processorName: String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
