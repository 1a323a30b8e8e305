// Metrics as JSON Lines.
//
// The file holds one record a line, in the order of steps, and every line ends with a line feed. A
// record is an object whose first member is "step", a whole number, followed by one number for each
// metric, in the order in which they were recorded:
//
//     {"step":100,"train/loss":0.25,"train/rate":0.002}
//
// A value that JSON can not say (not a number, infinite) is null. A last line without a line feed
// was cut short by a kill and counts for nothing.

/// A line of the metrics file.
enum MetricLine {
  /// The record of one step, with its line feed.
  static func encoded(step: Int, _ values: [(name: String, value: Double)]) -> [UInt8] {
    var line = "{\"step\":\(step)"
    for (name, value) in values {
      precondition(
        name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C },
        "the name of a metric can not be \(name)")
      line += ",\"\(name)\":" + (value.isFinite ? "\(value)" : "null")
    }
    return Array((line + "}\n").utf8)
  }

  /// How many of the first bytes are whole records of steps through `step`.
  static func length(of bytes: [UInt8], through step: Int) -> Int {
    var kept = 0
    while let end = bytes[kept...].firstIndex(of: 0x0A) {
      guard let found = self.step(of: bytes[kept..<end]), found <= step else { break }
      kept = end + 1
    }
    return kept
  }

  private static func step(of line: ArraySlice<UInt8>) -> Int? {
    let opening = Array("{\"step\":".utf8)
    guard line.starts(with: opening), line.last == 0x7D else { return nil }
    let digits = line.dropFirst(opening.count).prefix { (0x30...0x39).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
