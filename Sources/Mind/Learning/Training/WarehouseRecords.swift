// All that was collected in the warehouse, in the forms that the courses learn from.

import Basics
import Environments
import Planning
public import Tensors
import WorldModels

/// Two folders of episodes, read once: drives on the open floor, for the robot's own motion, and
/// rounds among racks and people, for everything else.
public struct WarehouseRecords: Sendable {
  /// Drives, for the robot's own motion.
  public var motion: MotionRecords
  /// Movers who were seen on rounds.
  public var movers: MoverRecords
  /// Scans of the rounds.
  public var lidar: LidarRecords

  /// Reads both folders.
  ///
  /// - Parameters:
  ///   - drives: episodes of one length with "pose", "wheels" and "gyro".
  ///   - rounds: episodes with "pose", "movers" and "lidar", collected in the sites of training.
  public init(
    drives: EpisodeStore, rounds: EpisodeStore, on workers: Workers
  ) throws(WarehouseRecordsError) {
    motion = try Self.motion(of: drives, on: workers)
    (movers, lidar) = try Self.surroundings(of: rounds, on: workers)
    guard motion.length >= Self.rowsMin else {
      throw .tooShort(folder: drives.folder, rows: motion.length, rowsMin: Self.rowsMin)
    }
    guard movers.moverCount > 0, movers.cornerCount > 0 else {
      throw .nobody(folder: rounds.folder)
    }
  }

  /// Rows of the shortest drive that a start and an imagined second fit in.
  private static let rowsMin = 30

  private static let episodesOfPart = 32

  private static func motion(
    of store: EpisodeStore, on workers: Workers
  ) throws(WarehouseRecordsError) -> MotionRecords {
    try need(["pose", "wheels", "gyro"], in: store)
    let length = store.episodes.map(\.rowCount).max() ?? 0
    let whole = store.episodes.filter { $0.rowCount == length }
    let parts = workers.map((whole.count + episodesOfPart - 1) / episodesOfPart) { part in
      attempt(store) { () throws(SafetensorsError) -> MotionRecords in
        var records = MotionRecords(length: length)
        let start = part * episodesOfPart
        for episode in whole[start..<min(start + episodesOfPart, whole.count)] {
          let drive = try DriveEpisode(episode, of: store)
          records.append(drive.readings, commands: drive.commands)
        }
        return records
      }
    }
    var all = MotionRecords(length: length)
    for part in parts { all.append(try part.get()) }
    return all
  }

  private static func surroundings(
    of store: EpisodeStore, on workers: Workers
  ) throws(WarehouseRecordsError) -> (MoverRecords, LidarRecords) {
    try need(["pose", "movers", "lidar"], in: store)
    let beams = store.spec.range(of: "lidar")?.count ?? 0
    let world = Warehouse(Collection(world: .warehouse, episodes: 0).warehouse)
    let count = (store.episodes.count + episodesOfPart - 1) / episodesOfPart
    let parts = workers.map(count) { part in
      attempt(store) { () throws(SafetensorsError) -> (MoverRecords, LidarRecords) in
        var movers = MoverRecords()
        var lidar = LidarRecords(beams: beams)
        var world = world
        var nothing = [Float](repeating: 0, count: world.spec.observationCount)
        let start = part * episodesOfPart
        for episode in store.episodes[start..<min(start + episodesOfPart, store.episodes.count)] {
          var seenFirst = nothing.mutableSpan
          world.reset(seed: episode.seed, observation: &seenFirst)
          let poses = try store.values(of: "observation/pose", in: episode)
          let seen = try store.values(of: "observation/movers", in: episode)
          movers.append(poses: poses, movers: seen, spec: world.spec, mission: world.mission)
          lidar.append(
            ranges: try store.values(of: "observation/lidar", in: episode), poses: poses)
        }
        return (movers, lidar)
      }
    }
    var movers = MoverRecords()
    var lidar = LidarRecords(beams: beams)
    for part in parts {
      let (someMovers, someScans) = try part.get()
      movers.append(someMovers)
      lidar.append(someScans)
    }
    return (movers, lidar)
  }

  private static func need(
    _ modalities: [String], in store: EpisodeStore
  ) throws(WarehouseRecordsError) {
    for name in modalities where store.spec.range(of: name) == nil {
      throw .lacks(modality: name, folder: store.folder)
    }
  }

  private static func attempt<T>(
    _ store: EpisodeStore, _ body: () throws(SafetensorsError) -> T
  ) -> Result<T, WarehouseRecordsError> {
    do throws(SafetensorsError) {
      return .success(try body())
    } catch {
      return .failure(.unreadable(folder: store.folder, error))
    }
  }
}

/// Why episodes can not be learned from.
public enum WarehouseRecordsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The episodes do not show what is needed.
  case lacks(modality: String, folder: String)
  /// The drives are shorter than what is to be imagined.
  case tooShort(folder: String, rows: Int, rowsMin: Int)
  /// Nobody was followed on the rounds, or no corner was passed.
  case nobody(folder: String)
  /// A file went bad after it was opened.
  case unreadable(folder: String, SafetensorsError)

  /// One sentence: what is wrong, and what would be right.
  public var description: String {
    switch self {
    case .lacks(let modality, let folder):
      "The episodes in \(folder) have no \"\(modality)\": collect them anew with it."
    case .tooShort(let folder, let rows, let rowsMin):
      "The longest drive in \(folder) has \(rows) rows, and at least \(rowsMin) are needed: collect "
        + "longer episodes."
    case .nobody(let folder):
      "On the rounds in \(folder) too little was met to learn from: collect more or longer episodes "
        + "of the world \"warehouse\"."
    case .unreadable(let folder, let error):
      "An episode in \(folder) can no longer be read: \(error)"
    }
  }
}

extension DriveEpisode {
  /// A recorded drive. Row t of an episode holds the action that led to it.
  public init(
    _ episode: EpisodeStore.Episode, of store: EpisodeStore
  ) throws(SafetensorsError) {
    let poses = try store.values(of: "observation/pose", in: episode)
    let wheels = try store.values(of: "observation/wheels", in: episode)
    let gyro = try store.values(of: "observation/gyro", in: episode)
    let actions = try store.values(of: "action", in: episode)
    let truth = try store.values(of: "truth/pose", in: episode)
    let rows = 0..<episode.rowCount
    self.init(
      readings: rows.map { t in
        DriveReading(
          x: poses[3 * t], y: poses[3 * t + 1], heading: poses[3 * t + 2], left: wheels[2 * t],
          right: wheels[2 * t + 1], gyro: gyro[t])
      },
      commands: rows.map { t in
        t + 1 < episode.rowCount ? (actions[2 * t + 2], actions[2 * t + 3]) : (0, 0)
      },
      truth: rows.map { t in (truth[3 * t], truth[3 * t + 1], truth[3 * t + 2]) })
  }
}
