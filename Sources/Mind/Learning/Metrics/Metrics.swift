// What a run measures as it goes, written twice: for programs and for TensorBoard.

/// The two metric files of a run, open for writing. Both survive a kill: whoever opens them again
/// says through which step they are to be kept, and what is later or torn is cut off, so that a
/// resumed run leaves the files of an uninterrupted one.
public struct Metrics: ~Copyable {
  /// The name of the file in which every record is a line of JSON.
  public static let linesName = "metrics.jsonl"
  /// The name of the file that TensorBoard reads.
  public static let eventsName = "events.out.tfevents.orrery"

  private var lines: OutputFile
  private var events: OutputFile

  /// Opens the files of the run in `folder`, which is there.
  ///
  /// - Parameters:
  ///   - step: the last step whose records are kept; -1 to begin anew.
  ///   - time: seconds since 1970, for the first record of a new event file.
  public init(in folder: String, keepingThrough step: Int, at time: Double) throws(FileError) {
    let linesPath = folder + "/" + Self.linesName
    let eventsPath = folder + "/" + Self.eventsName
    let linesKept = MetricLine.length(of: try Self.bytes(of: linesPath), through: step)
    let eventsKept = EventRecord.length(of: try Self.bytes(of: eventsPath), through: step)
    let lines = try OutputFile(appending: linesPath, after: linesKept)
    var events = try OutputFile(appending: eventsPath, after: eventsKept)
    if eventsKept == 0 { try events.write(EventRecord.opening(at: time)) }
    self.lines = lines
    self.events = events
  }

  private static func bytes(of path: String) throws(FileError) -> [UInt8] {
    do throws(FileError) {
      return [UInt8](try Files.contents(of: path))
    } catch {
      if case .missing = error { return [] }
      throw error
    }
  }

  /// Adds the values that were measured at `step`.
  ///
  /// - Parameters:
  ///   - time: seconds since 1970; it goes to TensorBoard only, so that the lines of two equal runs
  ///     are equal.
  ///   - values: names such as "train/loss", each with its value.
  public mutating func record(
    step: Int, at time: Double, _ values: [(name: String, value: Double)]
  ) throws(FileError) {
    try lines.write(MetricLine.encoded(step: step, values))
    try events.write(EventRecord.encoded(step: step, at: time, values))
  }

  /// Waits until everything recorded is on the disk.
  public func synchronize() throws(FileError) {
    try lines.synchronize()
    try events.synchronize()
  }
}
