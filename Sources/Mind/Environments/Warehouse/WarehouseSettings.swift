// Which warehouse: where, with whom, and with what robot.

/// What the episodes of a warehouse are drawn from.
public struct WarehouseSettings: Sendable, Codable {
  /// Where episodes take place.
  public var layout: Place = .generated
  /// Which generated sites: an episode takes one of these seeds. Training uses `0..<64`, held-out
  /// tests `1000..<1064`.
  public var sites: Range<UInt64> = 0..<64
  /// How the robot's quirks are drawn.
  public var quirks: QuirkFamily = .mixed
  /// What movers do.
  public var scenario: Scenario = .ordinary
  /// How many movers, 0...8; nil draws 4...8.
  public var movers: Int?
  /// Whether there is a lidar. Without, the modality is left out of the observation.
  public var lidar = true
  /// Whether a contact ends the episode. Where not, the robot is stopped.
  public var contactEnds = true
  /// Whether arriving at the goal ends the episode.
  public var arrivalEnds = true
  /// Seconds after which an episode is cut off, 90 at most; nil takes the mission's.
  public var timeMax: Float?

  /// Where episodes take place.
  public enum Place: Sendable, Codable {
    /// In sites made by chance, as `sites` says.
    case generated
    /// In one site.
    case fixed(Site)
    /// On an open floor of 30 m × 30 m.
    case yard
  }

  /// What movers do.
  public enum Scenario: String, Sendable, Hashable, Codable, CaseIterable {
    /// They go about their work.
    case ordinary
    /// And one steps out from behind the end of a rack in front of the robot.
    case blindCorner
    /// A quarter of the episodes are blind corners.
    case mixed
  }

  /// Missions in generated sites.
  public init() {}

  /// Missions for judging: sites that training has not seen, both scenarios.
  public static func missions(
    sites: Range<UInt64> = 1000..<1064, quirks: QuirkFamily = .mixed,
    scenario: Scenario = .mixed, lidar: Bool = true
  ) -> WarehouseSettings {
    var settings = WarehouseSettings()
    settings.sites = sites
    settings.quirks = quirks
    settings.scenario = scenario
    settings.lidar = lidar
    return settings
  }

  /// An empty yard where nothing ends an episode but its time: for trying commands.
  public static func babbling(
    quirks: QuirkFamily = .plain, seconds: Float = 20
  ) -> WarehouseSettings {
    var settings = WarehouseSettings()
    settings.layout = .yard
    settings.quirks = quirks
    settings.movers = 0
    settings.lidar = false
    settings.contactEnds = false
    settings.arrivalEnds = false
    settings.timeMax = seconds
    return settings
  }
}
