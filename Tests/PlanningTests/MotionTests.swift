// Motion models against the simulator's own drive.

import Basics
import Environments
import Planning
import Testing
import WorldModels

@Suite struct MotionTests {
  /// The closed form of a step must be what the simulator does in five substeps, for any number of
  /// samples.
  @Test(arguments: [1, 3, 8, 13, 128]) func rolloutsAreExact(samples: Int) {
    for seed in 0..<6 as Range<UInt64> {
      var robot = Robot.plain(seed: seed)
      let quirks = robot.drive.quirks
      var model = FixedMotion(
        LinearDrive(
          lagLeft: quirks.lagLeft, lagRight: quirks.lagRight, delay: Float(quirks.delay) * 0.01,
          gainLeft: quirks.gainLeft, gainRight: quirks.gainRight, slipForward: quirks.slip,
          slipTurn: quirks.slip))
      model.begin()
      var command: (v: Float, w: Float) = (0, 0)
      for k in 0..<40 {
        let state = robot.state
        model.observe(
          DriveReading(
            x: state.x, y: state.y, heading: state.heading, left: state.left,
            right: state.right, gyro: state.turnRate), after: command)
        if k < 39 {
          command = robot.nextCommand()
          _ = robot.obey(command)
        }
      }
      #expect(error(of: model, on: robot, steps: 36, samples: samples) < 0.003)
    }
  }

  @Test func theOracleIsTheSimulator() {
    var settings = WarehouseSettings.babbling(quirks: .rich)
    settings.timeMax = 5
    var world = Warehouse(settings)
    var observation = [Float](repeating: 0, count: world.spec.observationCount)
    var seen = observation.mutableSpan
    world.reset(seed: 3, observation: &seen)
    var model = TrueMotion()
    model.see(world.truth)
    var commands = CommandBatch(samples: 2, steps: 30)
    for i in commands.v.indices {
      commands.v[i] = 0.8
      commands.w[i] = 0.3
    }
    var paths = PathBatch(samples: 2, steps: 30)
    model.imagine(commands, into: &paths)
    for _ in 0..<30 { _ = world.step([0.8, 0.3].span, observation: &seen) }
    let end = world.truth.pose
    #expect(paths.x[59] == end.x && paths.y[59] == end.y)
  }

  @Test func identificationRecoversWhatIsHidden() {
    var errors: [Double] = []
    for seed in 0..<24 as Range<UInt64> {
      var robot = Robot.plain(seed: seed)
      var model = SystemIdentification()
      model.begin()
      model.observe(robot.reading(), after: (0, 0))
      for _ in 0..<100 {
        let command = robot.nextCommand()
        model.observe(robot.obey(command), after: command)
      }
      let quirks = robot.drive.quirks
      let found = model.estimate.drive
      #expect(abs(found.delay - Float(quirks.delay) * 0.01) < 0.01)
      #expect(abs(found.lagLeft - quirks.lagLeft) < 0.015)
      #expect(abs(found.gainLeft - quirks.gainLeft) < 0.015)
      #expect(abs(found.gainRight - quirks.gainRight) < 0.015)
      #expect(abs(found.slipForward - quirks.slip) < 0.015)
      #expect(abs(found.slipTurn - quirks.slip) < 0.02)
      #expect(model.estimate.wheelSurprise < 0.02)
      errors.append(Double(error(of: model, on: robot, steps: 20)))
    }
    #expect(mean(errors) < 0.0075)
  }

  @Test func identificationSaysWhenTheEquationsDoNotHold() {
    var quirks = Quirks()
    quirks.accelerationMax = 0.7
    quirks.deadBand = 0.1
    var robot = Robot(quirks, seed: 5)
    var model = SystemIdentification()
    model.begin()
    model.observe(robot.reading(), after: (0, 0))
    for _ in 0..<200 {
      let command = robot.nextCommand()
      model.observe(robot.obey(command), after: command)
    }
    #expect(model.estimate.wheelSurprise > 0.02)
    #expect(error(of: model, on: robot, steps: 20).isFinite)
  }

  @Test func adaptationBeatsTheMean() {
    var adapted: [Double] = []
    var fixed: [Double] = []
    for seed in 100..<124 as Range<UInt64> {
      var robot = Robot.plain(seed: seed)
      var one = SystemIdentification()
      var two = FixedMotion.average
      one.begin()
      two.begin()
      let first = robot.reading()
      one.observe(first, after: (0, 0))
      two.observe(first, after: (0, 0))
      for _ in 0..<60 {
        let command = robot.nextCommand()
        let reading = robot.obey(command)
        one.observe(reading, after: command)
        two.observe(reading, after: command)
      }
      adapted.append(Double(error(of: one, on: robot, steps: 20)))
      fixed.append(Double(error(of: two, on: robot, steps: 20)))
    }
    #expect(mean(adapted) < 0.2 * mean(fixed))
  }

  @Test func wideSinesAreTheNarrowOnes() {
    for i in -4000...4000 {
      let angle = Float(i) * 0.011
      let wide = sineCosine(Wide(repeating: angle))
      let narrow = sineCosine(angle)
      #expect(abs(wide.sine[3] - narrow.sine) < 1e-6 && abs(wide.cosine[5] - narrow.cosine) < 1e-6)
    }
  }
}
