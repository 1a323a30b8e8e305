// What is recorded of a world besides what it shows: the truth, for judges only.
public import Environments

/// Reads off a world what is really so.
public struct Witness<World: Environment>: Sendable {
  /// The columns with a row for every step; their names begin with "truth/".
  public var truth: [EpisodeColumn]
  /// The columns with one row an episode; their names begin with "episode/".
  public var facts: [EpisodeColumn]
  /// Appends the numbers of all the columns of `truth`, one after another.
  public var see: @Sendable (World, inout [Float]) -> Void
  /// Appends the numbers of all the columns of `facts`, one after another, when an episode has begun.
  public var note: @Sendable (World, inout [Float]) -> Void

  /// A witness.
  public init(
    truth: [EpisodeColumn], facts: [EpisodeColumn],
    see: @escaping @Sendable (World, inout [Float]) -> Void,
    note: @escaping @Sendable (World, inout [Float]) -> Void
  ) {
    self.truth = truth
    self.facts = facts
    self.see = see
    self.note = note
  }

  /// Sees nothing.
  public static var blind: Witness {
    Witness(truth: [], facts: [], see: { _, _ in }, note: { _, _ in })
  }
}

extension Witness where World == Warehouse {
  /// The most movers of a warehouse.
  static var moversMax: Int { 8 }

  /// Sees where robot and movers truly are, and notes what is wrong with the robot.
  ///
  /// "truth/pose" [3] x, y, heading; "truth/wheels" [2] rim speeds; and with movers "truth/movers"
  /// [8, 4] x, y and their speeds in the map, "truth/visible" [8], "episode/movers" [8, 2] radius and
  /// kind (0 person, 1 forklift), a radius of 0 where there is nobody. "episode/quirks" [12] are
  /// those of `Quirks.named`, "episode/zones" [4, 4] the wet discs x, y, radius and factor, and
  /// "episode/rich" is 1 for a robot that system identification does not model.
  ///
  /// - Parameter movers: whether there are any.
  public static func ofWarehouse(movers: Bool) -> Witness {
    let names = Quirks().named.map(\.name)
    var truth = [
      EpisodeColumn("truth/pose", shape: [3], labels: ["x", "y", "heading"]),
      EpisodeColumn("truth/wheels", shape: [2], labels: ["left", "right"]),
    ]
    var facts = [
      EpisodeColumn("episode/quirks", shape: [names.count], labels: names),
      EpisodeColumn("episode/zones", shape: [4, 4], labels: ["x", "y", "radius", "factor"]),
      EpisodeColumn("episode/rich"),
    ]
    if movers {
      truth += [
        EpisodeColumn(
          "truth/movers", shape: [moversMax, 4], storage: .half, labels: ["x", "y", "vx", "vy"]),
        EpisodeColumn("truth/visible", shape: [moversMax], storage: .byte),
      ]
      facts.append(
        EpisodeColumn("episode/movers", shape: [moversMax, 2], labels: ["radius", "kind"]))
    }
    return Witness(
      truth: truth, facts: facts,
      see: { world, row in
        let truth = world.truth
        let drive = truth.drive
        row += [drive.x, drive.y, drive.heading, drive.left, drive.right]
        if movers { seeMovers(truth.movers, &row) }
      },
      note: { world, row in
        let truth = world.truth
        row += truth.quirks.named.map(\.value)
        for i in 0..<4 {
          let zone = truth.quirks.zones[i]
          row += [zone.x, zone.y, zone.radius, zone.factor]
        }
        row.append(truth.quirks.accelerationMax.isFinite ? 1 : 0)
        guard movers else { return }
        for i in 0..<moversMax {
          let mover = i < truth.movers.count ? truth.movers[i] : nil
          row += [mover?.radius ?? 0, Float(mover?.kind.rawValue ?? 0)]
        }
      })
  }

  private static func seeMovers(_ movers: [MoverState], _ row: inout [Float]) {
    for mover in movers { row += [mover.x, mover.y, mover.vx, mover.vy] }
    row += repeatElement(0, count: 4 * (moversMax - movers.count))
    for mover in movers { row.append(mover.visible ? 1 : 0) }
    row += repeatElement(0, count: moversMax - movers.count)
  }
}
