// Model predictive path integral control: many imagined futures, weighed by what they cost.

public import Basics
public import Environments
public import WorldModels

/// MPPI (Williams et al., 2017) over any motion model.
///
/// A round draws `samples` plans around the last one, shifted by a step, and around a few that a
/// driver would try (pursuit of the route at three speeds, a stop); imagines and judges them; and
/// averages them with weights exp(-cost / temperature). An average of plans may be worse than each,
/// so the new mean has to win against the best sample, the old mean, a slower one and a stop.
public struct PathIntegralPlanner: Sendable {
  /// How plans are drawn.
  public struct Settings: Sendable, Hashable {
    /// Plans per round, a multiple of eight.
    public var samples = 128
    /// Steps that are looked ahead, 0.05 s each.
    public var steps = 36
    /// Points between which the noise of a plan is linear.
    public var knots = 7
    /// Standard deviation of the speed at a knot, m/s.
    public var speedNoise: Float = 0.35
    /// Standard deviation of the turn rate at a knot, rad/s.
    public var turnNoise: Float = 0.7
    /// The cost that makes a plan e times less likely.
    public var temperature: Float = 0.2
    /// What is good and bad.
    public var cost = PathCost()
    /// The fastest speed that is planned, m/s.
    public var speedMax: Float = 1.5

    /// The settings that all contenders share.
    public init() {}
  }

  /// How plans are drawn.
  public let settings: Settings
  /// The plan: commands from the next step on, and what they cost.
  public internal(set) var plan: Plan
  /// What the proposals of the last decision came to; nil where there were none.
  public internal(set) var consideration: Consideration?
  /// What the last decision took.
  public internal(set) var effort = Effort()
  var candidates: Candidates
  private var commands: CommandBatch
  private var paths: PathBatch
  private var verdicts: PathJudge.Verdicts
  /// The new mean, the best sample, the last plan, the first of them slower, slower still, the second
  /// slower, what was considered, and a stop.
  private var finalists: CommandBatch
  private var finalPaths: PathBatch
  private var finalVerdicts: PathJudge.Verdicts
  private var chosen = 0
  private var weights: [Float]
  private var noise: [Float]
  private var crowd = CrowdTable()
  var arcs = PursuitArcs()

  /// A planner that has yet to begin.
  public init(_ settings: Settings = Settings()) {
    precondition(
      settings.samples >= 32 && settings.samples % 8 == 0,
      "\(settings.samples) samples: a multiple of eight, 32 or more, is needed")
    precondition(
      settings.knots >= 2 && settings.steps > 0, "\(settings.knots) knots, \(settings.steps) steps")
    self.settings = settings
    let (samples, steps) = (settings.samples, settings.steps)
    plan = Plan(steps: steps)
    candidates = Candidates(steps: steps)
    commands = CommandBatch(samples: samples, steps: steps)
    paths = PathBatch(samples: samples, steps: steps)
    verdicts = PathJudge.Verdicts(samples: samples)
    finalists = CommandBatch(samples: 8, steps: steps)
    finalPaths = PathBatch(samples: 8, steps: steps)
    finalVerdicts = PathJudge.Verdicts(samples: 8)
    weights = [Float](repeating: 0, count: samples)
    noise = [Float](repeating: 0, count: 2 * settings.knots * samples)
  }

  /// Forgets the last plan.
  public mutating func begin() { plan = Plan(steps: settings.steps) }

  /// Makes a plan and returns its first command.
  ///
  /// - Parameters:
  ///   - motion: what commands do, from now.
  ///   - pose: where the robot is.
  ///   - proposals: plans to look at first, `steps` commands each; more than 8 are not looked at.
  ///   - budget: how many rounds.
  ///   - settles: whether what the proposals came to is good enough, so that nothing is searched.
  public mutating func decide(
    with motion: any MotionModel, in scene: Scene, at pose: Pose, proposals: [Plan] = [],
    budget: Budget = Budget(rounds: 1), random: inout Random,
    settles: (Consideration) -> Bool = { _ in false }
  ) -> (v: Float, w: Float) {
    var budget = budget
    budget.begin()
    let last = plan.first
    plan.shift()
    crowd.fill(scene.movers, steps: settings.steps, x: pose.x, y: pose.y, reach: 7)
    arcs.trace(scene.route, from: Point(x: pose.x, y: pose.y), metres: 4)
    let (sine, cosine) = sineCosine(pose.heading)
    let judge = PathJudge(
      cost: settings.cost, scene: scene, crowd: crowd, last: last,
      start: scene.route.metres(pose.x + 0.4 * cosine, pose.y + 0.4 * sine))
    finalists.write(plan, at: 2)
    effort = Effort()
    consideration = nil
    if !proposals.isEmpty {
      let found = consider(proposals, from: pose, with: motion, judge: judge)
      consideration = found
      if settles(found) { return plan.first }
    }
    effort.didSearch = true
    // What was considered takes part; where nothing was, a second stop does.
    if proposals.isEmpty {
      finalists.hold((0, 0), at: 6)
    } else {
      finalists.write(plan, at: 6)
    }
    var round = 0
    while budget.allows(round: round) {
      draw(proposals, from: pose, random: &random)
      motion.imagine(commands, into: &paths)
      judge.judge(paths, commands, into: &verdicts)
      let best = verdicts.cheapest
      finalists.write(best, of: commands, at: 1)
      finalists.write(best, of: commands, at: 5, times: 0.6)
      average()
      round += 1
      effort.imaginedSteps += settings.samples * settings.steps
    }
    choose(with: motion, judge: judge)
    return plan.first
  }

  // MARK: Looking on

  /// What was imagined last to choose from, and what each of it costs.
  var imagined: (paths: PathBatch, costs: [Float]) {
    effort.didSearch
      ? (paths, verdicts.costs) : (candidates.paths, candidates.verdicts.costs)
  }

  /// The batch that the plan was chosen from, and which of it the plan is.
  var chosenAmong: (paths: PathBatch, index: Int) {
    effort.didSearch ? (finalPaths, chosen) : (candidates.paths, candidates.best)
  }

  // MARK: Drawing

  /// Fills the batch: plans as they are first, then plans with noise.
  private mutating func draw(_ proposals: [Plan], from pose: Pose, random: inout Random) {
    drawNoise(&random)
    let firstProposal = 8 + Self.fan.count
    let firstNoisy = firstProposal + min(8, proposals.count)
    commands.write(plan, at: 0)
    for (i, pace) in Self.paces.enumerated() {
      commands.pursue(arcs, from: pose, pace: pace, at: 1 + i)
    }
    commands.hold((0, 0), at: 4)
    commands.write(plan, at: 5, times: 0.5)
    commands.write(plan, at: 6, times: 0.8)
    commands.write(plan, at: 7, times: 0.25)
    for (i, arc) in Self.fan.enumerated() { commands.hold(arc, at: 8 + i) }
    for (i, proposal) in proposals.prefix(8).enumerated() {
      commands.write(proposal, at: firstProposal + i)
    }
    for sample in firstNoisy..<settings.samples {
      // Three in four around the last plan, the others around a pursuit or a proposal.
      let base: Int
      if sample % 4 != 3 {
        base = 0
      } else if proposals.isEmpty {
        base = 1 + (sample / 4) % 2
      } else {
        base = (sample / 4) % 2 == 0 ? 1 : firstProposal + (sample / 8) % proposals.prefix(8).count
      }
      perturb(base, into: sample)
    }
  }

  /// Speeds at which a driver would pursue the route, m/s.
  static let paces: [Float] = [1.4, 0.9, 0.4]

  /// Ways out that noise around a standing plan hardly finds: turns, tight arcs, and backing off.
  private static let fan: [(v: Float, w: Float)] = [
    (0, 1.5), (0, -1.5), (0.5, 1.2), (0.5, -1.2), (-0.3, 0.7), (-0.3, -0.7),
  ]

  private mutating func drawNoise(_ random: inout Random) {
    let half = noise.count / 2
    for i in noise.indices {
      noise[i] = random.nearlyNormal() * (i < half ? settings.speedNoise : settings.turnNoise)
    }
  }

  /// A sample that is another one with linear noise between knots.
  private mutating func perturb(_ base: Int, into sample: Int) {
    let samples = settings.samples
    let knots = settings.knots
    let scale = Float(knots - 1) / Float(settings.steps)
    let speeds = sample * knots
    let turns = (samples + sample) * knots
    for h in 0..<settings.steps {
      let at = Float(h) * scale
      let k = Int(at)
      let t = at - Float(k)
      let dv = noise[speeds + k] + t * (noise[speeds + k + 1] - noise[speeds + k])
      let dw = noise[turns + k] + t * (noise[turns + k + 1] - noise[turns + k])
      let i = h * samples
      commands.v[i + sample] = min(settings.speedMax, max(-0.5, commands.v[i + base] + dv))
      commands.w[i + sample] = min(2, max(-2, commands.w[i + base] + dw))
    }
  }

  // MARK: Weighing

  /// The mean of all samples under their weights becomes the plan.
  private mutating func average() {
    let samples = settings.samples
    let least = verdicts.costs.min() ?? 0
    var total: Float = 0
    for i in 0..<samples {
      let weight = exponential((least - verdicts.costs[i]) / settings.temperature)
      weights[i] = weight
      total += weight
    }
    let inverse = 1 / total
    for h in 0..<settings.steps {
      var v: Float = 0
      var w: Float = 0
      for i in 0..<samples {
        v += weights[i] * commands.v[h * samples + i]
        w += weights[i] * commands.w[h * samples + i]
      }
      plan.v[h] = v * inverse
      plan.w[h] = w * inverse
    }
  }

  // MARK: Choosing

  /// The cheapest of the finalists becomes the plan.
  private mutating func choose(with motion: any MotionModel, judge: PathJudge) {
    finalists.write(plan, at: 0)
    finalists.write(plan, at: 3, times: 0.7)
    finalists.write(plan, at: 4, times: 0.4)
    motion.imagine(finalists, into: &finalPaths)
    judge.judge(finalPaths, finalists, into: &finalVerdicts)
    chosen = finalVerdicts.cheapest
    plan.read(chosen, of: finalists)
    plan.cost = finalVerdicts.costs[chosen]
    plan.danger = finalVerdicts.dangers[chosen]
    effort.imaginedSteps += 8 * settings.steps
  }
}
