// How much is driven before it is learned from.

/// Missions that are driven first, and how to learn from them.
public struct RehearsedSchedule: Codable, Sendable, Hashable {
  /// Missions that are driven.
  public var missions: Int
  /// How long and how fast to learn from them.
  public var learning: Schedule

  /// Missions that are driven in one go.
  static let missionsOfWave = 8
  /// More missions than anybody has the time for.
  private static let missionsMax = 1_000_000

  /// Some missions, then learning.
  public init(missions: Int, learning: Schedule) {
    self.missions = missions
    self.learning = learning
  }

  /// Times that missions are driven.
  var waves: Int { (missions + Self.missionsOfWave - 1) / Self.missionsOfWave }

  /// The missions of a wave.
  func missions(ofWave wave: Int) -> Range<Int> {
    let first = wave * Self.missionsOfWave
    return first..<min(missions, first + Self.missionsOfWave)
  }

  /// Whether one can learn by it: a file may say anything.
  var isSound: Bool { (0...Self.missionsMax).contains(missions) && learning.isSound }
}
