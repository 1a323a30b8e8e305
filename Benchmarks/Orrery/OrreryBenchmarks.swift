// The half of the benchmarks that is Orrery. The other half, and who compares them, is in `peer`.
import Foundation

/// Without an argument it serves the comparison over its standard input and output; with one it
/// measures a thing that has no peer.
@main
enum OrreryBenchmarks {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case nil:
      var server = Server()
      try server.run()
    case "scale" where words.count == 4:
      guard let scale = Scale(rawValue: words[1]), let size = Int(words[2]),
        let workers = Int(words[3]), size > 0, workers > 0
      else { return usage() }
      for point in scale.measure(size: size, workers: workers) { try Output.say(point) }
    case "allocations": try countAllocations(decisions: words.dropFirst().first.flatMap(Int.init))
    case "checkpoint" where words.count == 2: try ColdStart.write(to: words[1])
    case "cold" where words.count == 2: try ColdStart.plan(from: words[1])
    default: usage()
    }
  }

  private static func usage() {
    let kinds = Scale.allCases.map(\.rawValue).joined(separator: "|")
    FileHandle.standardError.write(
      Data(
        """
        usage: orrery-benchmarks                              serves the comparison
               orrery-benchmarks scale \(kinds) SIZE WORKERS
               orrery-benchmarks allocations [DECISIONS]
               orrery-benchmarks checkpoint FILE | cold FILE

        """.utf8))
    exit(64)
  }
}

/// Lines for whoever reads this program.
enum Output {
  /// A value as one line of JSON.
  static func say(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var line = try encoder.encode(value)
    line.append(UInt8(ascii: "\n"))
    FileHandle.standardOutput.write(line)
  }
}
