// Each quirk of the drive does what it says, and nothing else.
import Basics
import Environments
import Testing

@Suite struct DriveTests {
  /// The sharpest drive, with what a test adds.
  static func drive(_ change: (inout Quirks) -> Void) -> Drive {
    var quirks = Quirks()
    quirks.delay = 0
    quirks.lagLeft = 1e-6
    quirks.lagRight = 1e-6
    change(&quirks)
    return Drive(quirks)
  }

  static func roll(_ drive: Drive, _ v: Float, _ w: Float = 0, steps: Int) -> [DriveState] {
    var state = DriveState(pose: Pose(x: 0, y: 0))
    return (0..<steps).map { _ in
      drive.advance(&state, v: v, w: w)
      return state
    }
  }

  /// With no lag, the way lost is the delay times the speed: exact to the substep.
  @Test(arguments: 0...25) func delaysByWholeSubsteps(delay: Int) {
    let states = Self.roll(Self.drive { $0.delay = delay }, 1, steps: 10)
    #expect(abs(states[9].x - (0.5 - Float(delay) * 0.01)) < 1e-5)
  }

  @Test func delayKeepsTheOrderOfCommands() {
    let drive = Self.drive { $0.delay = 7 }
    var state = DriveState(pose: Pose(x: 0, y: 0))
    var random = Random(seed: 3)
    let commands = (0..<40).map { _ in random.uniform(in: 0...1) }
    // By hand: substep k carries the command of substep k - 7.
    var expected: Float = 0
    for k in 7..<200 { expected += commands[(k - 7) / 5] * 0.01 }
    for v in commands { drive.advance(&state, v: v, w: 0) }
    #expect(abs(state.x - expected) < 1e-4)
  }

  @Test(arguments: [Float(0.05), 0.1, 0.25]) func lagReachesTwoThirdsAfterTau(lag: Float) {
    let drive = Self.drive {
      $0.lagLeft = lag
      $0.lagRight = lag
    }
    let state = Self.roll(drive, 1, steps: Int((lag / Drive.dt).rounded()))
    #expect(abs(state[state.count - 1].left - 0.632_12) < 1e-3)
  }

  @Test func deadBandSwallowsSmallCommands() {
    let drive = Self.drive { $0.deadBand = 0.1 }
    #expect(Self.roll(drive, 0.09, steps: 20)[19].x == 0)
    #expect(Self.roll(drive, 0.11, steps: 20)[19].x > 0.1)
    // The band is the wheels': turning on the spot slower than 0.4 rad/s is swallowed as well.
    #expect(Self.roll(drive, 0, 0.38, steps: 20)[19].heading == 0)
  }

  @Test func accelerationIsLimited() {
    let drive = Self.drive { $0.accelerationMax = 0.8 }
    let states = Self.roll(drive, 1.5, steps: 20)
    #expect(abs(states[0].left - 0.04) < 1e-5 && abs(states[9].left - 0.4) < 1e-4)
  }

  @Test func gainsTurnTheRobot() {
    let state = Self.roll(Self.drive { $0.gainRight = 1.1 }, 1, steps: 20)[19]
    // The turn rate is the difference of the rims over the track.
    #expect(abs(state.turnRate - 0.1 / Drive.track) < 1e-4)
    #expect(abs(state.heading - 0.2) < 1e-3 && state.y > 0)
  }

  @Test func slipShortensTheWayButNotTheRims() {
    let state = Self.roll(Self.drive { $0.slip = 0.7 }, 1, steps: 20)[19]
    #expect(abs(state.x - 0.7) < 1e-4 && abs(state.left - 1) < 1e-5)
  }

  @Test func oneWetWheelPullsAside() {
    let drive = Self.drive {
      $0.zones[0] = SlipZone(x: 0, y: 0.5, radius: 0.4, factor: 0.5)
      $0.zoneCount = 1
    }
    let states = Self.roll(drive, 0.5, steps: 8)
    #expect(states[7].heading > 0.05)
    let dry = Self.drive { _ in }
    #expect(Self.roll(dry, 0.5, steps: 8)[7].heading == 0)
  }

  @Test func loadChangesAtItsTime() {
    let drive = Self.drive {
      $0.loadTime = 0.5
      $0.loadGain = 0.85
    }
    let states = Self.roll(drive, 1, steps: 20)
    #expect(abs(states[9].left - 1) < 1e-5 && abs(states[12].left - 0.85) < 1e-5)
  }

  @Test func circlesClose() {
    let drive = Self.drive { _ in }
    let states = Self.roll(drive, 0.5, 0.5, steps: 252)
    let last = states[250]
    #expect(abs(last.x) < 0.03 && abs(last.y) < 0.03)
  }

  @Test(arguments: [(Float.nan, Float.nan), (1e30, -1e30), (.infinity, -.infinity)])
  func strangeCommandsAreHarmless(_ v: Float, _ w: Float) {
    let state = Self.roll(Self.drive { _ in }, v, w, steps: 20)[19]
    #expect(state.x.isFinite && state.heading.isFinite && abs(state.speed) <= 1.5)
  }

  @Test(arguments: QuirkFamily.allCases) func familiesStayInTheirRanges(family: QuirkFamily) {
    var settings = WarehouseSettings.babbling(quirks: family)
    settings.movers = 0
    var differ = Set<Float>()
    for seed in 0..<40 {
      let quirks = Driven(Warehouse(settings), seed: UInt64(seed)).world.truth.quirks
      differ.insert(quirks.slip)
      #expect((0...25).contains(quirks.delay) && (0.7...1).contains(quirks.slip))
      #expect((0.8...1.2).contains(quirks.gainLeft) && (0.8...1.2).contains(quirks.gainRight))
      #expect((0.028...0.325).contains(quirks.lagLeft))
      if family == .plain { #expect(quirks.lagLeft == quirks.lagRight && quirks.zoneCount == 0) }
      if family == .rich { #expect((0.6...2.5).contains(quirks.accelerationMax)) }
    }
    #expect(family == .nominal ? differ == [1] : differ.count > 30)
  }
}
