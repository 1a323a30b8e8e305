// One imagined future of one modality against what then happened.

/// The errors of one imagined future, at each of `SkillEvaluation.horizons`.
public struct SkillSample: Sendable, Codable {
  /// Which modality.
  public var modality: String
  /// Which drive.
  public var drive: Int
  /// How far off what was imagined is from what came.
  public var error: [Float]
  /// How far off what was last seen is.
  public var copyLast: [Float]
  /// How far off it is where the commands are those of another drive; empty where commands do not
  /// matter.
  public var shuffled: [Float] = []
  /// How far off it says that it may be; empty where it does not say.
  public var doubt: [Float] = []
}
