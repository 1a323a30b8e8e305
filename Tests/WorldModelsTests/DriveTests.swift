// The learned drive: with its gate closed it is the identified one, and it departs from it smoothly.
import Basics
import Environments
import Networks
import Tensors
import Testing
import WorldModels

@Suite struct DriveTests {
  /// A model whose memory says nothing: all corrections off, all trust in identification.
  private func silent() -> RobotModel {
    var random = Random(seed: 1)
    let model = RobotModel(random: &random)
    return model.mapParameters { parameter in
      guard parameter.name.hasPrefix("head") else { return parameter.value }
      var values = [Float](repeating: 0, count: parameter.value.count)
      if parameter.name.hasSuffix("bias") {
        values[values.count - 2] = -40
        values[values.count - 1] = 40
      }
      return Tensor(values, shape: parameter.value.shape)
    }
  }

  @Test func silentMemoryImaginesWhatIdentificationDoes() {
    var learned: any MotionModel = LearnedMotion(silent())
    var identified: any MotionModel = SystemIdentification()
    var world = Warehouse(.babbling(quirks: .plain, seconds: 10))
    var seen = [Float](repeating: 0, count: world.spec.observationCount)
    var out = seen.mutableSpan
    world.reset(seed: 12, observation: &out)
    learned.begin()
    identified.begin()
    var command: (v: Float, w: Float) = (0, 0)
    for t in 0..<80 {
      let reading = DriveReading(
        x: seen[0], y: seen[1], heading: seen[2], left: seen[3], right: seen[4], gyro: seen[5])
      learned.observe(reading, after: command)
      identified.observe(reading, after: command)
      command = (0.5 + 0.4 * sine(Float(t) * 0.2), cosine(Float(t) * 0.13))
      let action = [command.v, command.w]
      var out = seen.mutableSpan
      _ = world.step(action.span, observation: &out)
    }
    var commands = CommandBatch(samples: 3, steps: 20)
    for i in commands.v.indices {
      commands.v[i] = 0.2 * Float(i % 7)
      commands.w[i] = 0.3 * Float(i % 5) - 0.6
    }
    var a = PathBatch(samples: 3, steps: 20)
    var b = a
    learned.imagine(commands, into: &a)
    identified.imagine(commands, into: &b)
    let apart = zip(a.x, b.x).map { abs($0 - $1) } + zip(a.y, b.y).map { abs($0 - $1) }
    #expect((apart.max() ?? 1) < 0.002)
    #expect(a.doubt.allSatisfy { $0 > 0 })
  }

  @Test func doubtOnlyGrows() {
    var learned = LearnedMotion(silent())
    learned.begin()
    learned.observe(
      DriveReading(x: 0, y: 0, heading: 0, left: 0, right: 0, gyro: 0), after: (0, 0))
    var paths = PathBatch(samples: 2, steps: 30)
    learned.imagine(CommandBatch(samples: 2, steps: 30), into: &paths)
    for h in 1..<30 { #expect(paths.doubt[2 * h] > paths.doubt[2 * (h - 1)]) }
  }

  /// Whoever is imagined beside it, and however often the room was used, a drive has the same bits.
  @Test func aDriveDoesNotDependOnItsBatch() {
    var random = Random(seed: 3)
    var learned = LearnedMotion(RobotModel(random: &random))
    learned.begin()
    for t in 0..<30 {
      let time = Float(t) * 0.05
      learned.observe(
        DriveReading(x: 0.5 * time, y: 0.1, heading: 0.1 * time, left: 0.5, right: 0.55, gyro: 0.1),
        after: (0.6, 0.2))
    }
    let (count, steps) = (37, 25)
    var all = CommandBatch(samples: count, steps: steps)
    for i in all.v.indices {
      all.v[i] = random.uniform(in: -0.5...1.5)
      all.w[i] = random.uniform(in: -2...2)
    }
    var together = PathBatch(samples: count, steps: steps)
    learned.imagine(all, into: &together)
    var (one, alone) = (CommandBatch(samples: 1, steps: steps), PathBatch(samples: 1, steps: steps))
    for sample in 0..<count {
      for h in 0..<steps {
        (one.v[h], one.w[h]) = (all.v[h * count + sample], all.w[h * count + sample])
      }
      learned.imagine(one, into: &alone)
      let columns: [KeyPath<PathBatch, [Float]>] = [\.x, \.y, \.heading, \.speed, \.doubt]
      for column in columns {
        let among = (0..<steps).map { together[keyPath: column][$0 * count + sample] }
        #expect(among == alone[keyPath: column])
      }
    }
  }
}
