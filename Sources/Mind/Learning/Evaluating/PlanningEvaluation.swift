// Everybody drives the same missions.

import Basics
public import Environments
public import Planning
public import Tensors

/// Paired missions in held-out sites, with robots and traffic that no training has met.
public struct PlanningEvaluation: Sendable {
  /// Missions that everybody drives.
  public let seeds: Range<UInt64>
  /// Seconds from some fixed instant, to time decisions with.
  public let clock: (@Sendable () -> Double)?
  private let settings: WarehouseSettings

  /// This many missions, a quarter of them with a blind corner.
  ///
  /// - Parameter site: where; in the generated sites that no training has seen if nil.
  public init(
    missions: Int, in site: Site? = nil, quirks: QuirkFamily = .mixed,
    clock: (@Sendable () -> Double)? = nil
  ) {
    precondition(missions > 0, "\(missions) missions")
    seeds = 2 * HeldOutDrives.firstSeed..<2 * HeldOutDrives.firstSeed + UInt64(missions)
    // Nobody in the tables looks at the lidar, and its beams cost more than all else.
    var settings = WarehouseSettings.missions(quirks: quirks, lidar: false)
    if let site { settings.layout = .fixed(site) }
    self.settings = settings
    self.clock = clock
  }

  /// Lets a driver drive all missions; nil where `goOn` ended it.
  public func play(_ driver: Driver, on workers: Workers, goOn: GoOn) -> PlanningCell? {
    let tournament = Tournament(settings, contenders: [driver.contender], clock: clock)
    let seeds = Array(seeds)
    let records = workers.waves(seeds.count, goOn: goOn) { i in
      tournament.play(driver.contender, seed: seeds[i])
    }
    return records.map { PlanningCell(driver, records: $0) }
  }

  /// Drives one mission again, with lidar, and films it; nil for a driver without thoughts.
  public func film(_ drivers: [Driver], seed: UInt64, title: String) -> Recording? {
    var settings = settings
    settings.lidar = true
    return Film(settings).recording(of: drivers, seed: seed, title: title)
  }
}

/// What a driver made of all missions.
public struct PlanningCell: Codable, Sendable {
  /// What tables call the driver.
  public var title: String
  /// What kind of driver it is.
  public var role: Report.Role
  /// Which training it comes from.
  public var source: Report.Source
  /// Its place on the decision ladder.
  public var rung: Driver.Rung?
  /// One a mission, in the order of the missions.
  public var records: [EpisodeRecord]

  init(_ driver: Driver, records: [EpisodeRecord]) {
    title = driver.title
    role = driver.role
    source = driver.source
    rung = driver.rung
    self.records = records
  }
}
