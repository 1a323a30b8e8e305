// What is wrong with a particular robot today: the numbers that its drive is not told.
import Basics

/// How a drive differs from its data sheet in one episode. Recorded, and hidden from the robot.
///
/// A wheel's command takes `delay` to arrive, is multiplied by the wheel's gain and followed with a
/// first-order lag; what turns at the rim reaches the floor multiplied by the slip.
public struct Quirks: Sendable, Hashable {
  /// Seconds that the left wheel takes to 63 % of a step.
  public var lagLeft: Float = 0.1
  /// Seconds that the right wheel takes to 63 % of a step.
  public var lagRight: Float = 0.1
  /// Transport delay of commands in hundredths of a second, 0...25.
  public var delay: Int = 10
  /// What the left wheel makes of a command of one.
  public var gainLeft: Float = 1
  /// What the right wheel makes of a command of one.
  public var gainRight: Float = 1
  /// Metres on the floor a metre at the rim.
  public var slip: Float = 1
  /// The most that a rim's speed changes, m/s²; infinite where there is no limit.
  public var accelerationMax: Float = .infinity
  /// Wheel commands smaller than this do nothing, m/s.
  public var deadBand: Float = 0
  /// When the load changes, in seconds of the episode; infinite where it does not.
  public var loadTime: Float = .infinity
  /// What the lags are multiplied by once the load has changed.
  public var loadLag: Float = 1
  /// What the gains are multiplied by once the load has changed.
  public var loadGain: Float = 1
  /// Wet places on the floor.
  public var zones: InlineArray<4, SlipZone> = .init(repeating: SlipZone())
  /// How many of `zones` there are.
  public var zoneCount: Int = 0

  /// The robot of the data sheet: lag 0.1 s, delay 0.1 s, gains and slip 1.
  public init() {}

  /// Every number by its name, in a fixed order, for tables and plots. Delays are in seconds.
  public var named: [(name: String, value: Float)] {
    [
      ("lag left", lagLeft), ("lag right", lagRight), ("delay", Float(delay) * 0.01),
      ("gain left", gainLeft), ("gain right", gainRight), ("slip", slip),
      ("acceleration limit", accelerationMax), ("dead band", deadBand), ("load time", loadTime),
      ("load lag", loadLag), ("load gain", loadGain), ("slip zones", Float(zoneCount)),
    ]
  }

  public static func == (a: Quirks, b: Quirks) -> Bool {
    for i in 0..<4 where a.zones[i] != b.zones[i] { return false }
    return a.zoneCount == b.zoneCount
      && zip(a.named, b.named).allSatisfy { $0.value == $1.value }
  }

  public func hash(into hasher: inout Hasher) {
    for (_, value) in named { hasher.combine(value) }
    for i in 0..<4 { hasher.combine(zones[i]) }
  }
}

/// A wet disc in the floor: a wheel inside it slips more.
public struct SlipZone: Sendable, Hashable {
  /// Its middle, metres.
  public var x: Float = 0
  /// Its middle, metres.
  public var y: Float = 0
  /// Metres.
  public var radius: Float = 0
  /// What the slip is multiplied by inside.
  public var factor: Float = 1

  /// A wet disc in the floor.
  public init(x: Float = 0, y: Float = 0, radius: Float = 0, factor: Float = 1) {
    self.x = x
    self.y = y
    self.radius = radius
    self.factor = factor
  }
}

/// How the quirks of an episode are drawn.
public enum QuirkFamily: String, Sendable, Hashable, Codable, CaseIterable {
  /// The robot of the data sheet.
  case nominal
  /// Constant lag, delay, gains and slip: what system identification models exactly.
  case plain
  /// As plain, and besides an acceleration limit, a dead band, wet floor, a change of load, unequal lags.
  case rich
  /// Half plain, half rich, by the episode's seed.
  case mixed

  /// Draws the quirks of an episode.
  ///
  /// - Parameter wet: a place where a wet disc may lie, near the way of the robot.
  func draw(_ random: inout Random, wet: (inout Random) -> Point) -> Quirks {
    var quirks = Quirks()
    if self == .nominal { return quirks }
    let rich = self == .rich || (self == .mixed && random.chance(0.5))
    let lag = random.uniform(in: 0.04...0.25)
    quirks.lagLeft = lag
    quirks.lagRight = lag
    quirks.delay = random.index(below: 26)
    quirks.gainLeft = random.uniform(in: 0.8...1.2)
    quirks.gainRight = random.uniform(in: 0.8...1.2)
    quirks.slip = random.uniform(in: 0.7...1)
    guard rich else { return quirks }
    quirks.lagLeft = lag * random.uniform(in: 0.7...1.3)
    quirks.lagRight = lag * random.uniform(in: 0.7...1.3)
    quirks.accelerationMax = random.uniform(in: 0.6...2.5)
    quirks.deadBand = random.uniform(in: 0...0.12)
    if random.chance(0.3) {
      quirks.loadTime = random.uniform(in: 3...15)
      quirks.loadLag = random.uniform(in: 1.2...1.8)
      quirks.loadGain = random.uniform(in: 0.85...1)
    }
    quirks.zoneCount = 1 + random.index(below: 4)
    for i in 0..<quirks.zoneCount {
      let place = wet(&random)
      quirks.zones[i] = SlipZone(
        x: place.x, y: place.y, radius: random.uniform(in: 0.6...1.6),
        factor: random.uniform(in: 0.5...0.8))
    }
    return quirks
  }
}
