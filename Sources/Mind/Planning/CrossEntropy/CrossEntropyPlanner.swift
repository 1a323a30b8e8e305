// Planning by sampling: the cross-entropy method with coloured noise and memory.

public import Basics
public import Environments

/// Looks for a plan by sampling, and samples again around the best (iCEM, arXiv 2008.06389): noise
/// that is correlated in time, fewer samples each round, the elite kept from round to round and, one
/// step shorter, from decision to decision. Choices are drawn from categories, one for each step.
public struct CrossEntropyPlanner: Sendable {
  /// How a plan is looked for.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Steps of a plan.
    public var horizon: Int
    /// Plans of the first round.
    public var samples = 64
    /// Rounds.
    public var rounds = 4
    /// Plans that the next round is drawn around.
    public var elites = 10
    /// Of them, how many live on.
    public var kept = 5
    /// By how much each round is smaller than the one before.
    public var shrink: Float = 1.25
    /// How much of the old mean and deviation stays.
    public var inertia: Float = 0.1
    /// The first deviation, as a share of half a range.
    public var deviation: Float = 0.5
    /// The exponent of the noise's spectrum: 0 is white, 2 is a random walk.
    public var colour: Float = 2

    /// A search for plans of so many steps.
    public init(horizon: Int) { self.horizon = horizon }
  }

  /// How a plan is looked for.
  public let configuration: Configuration
  private let actions: ActionSpace
  private var search: any Search

  /// A planner for actions of this kind, that has nothing in mind.
  public init(_ configuration: Configuration, actions: ActionSpace) {
    precondition(
      configuration.horizon > 0 && configuration.elites > 0
        && configuration.samples >= configuration.elites,
      "\(configuration.samples) plans of \(configuration.horizon) steps, "
        + "\(configuration.elites) of them elite")
    self.configuration = configuration
    self.actions = actions
    search = Self.search(configuration, actions)
  }

  private static func search(_ c: Configuration, _ actions: ActionSpace) -> any Search {
    switch actions {
    case .continuous(let ranges): GaussianSearch(c, ranges: ranges)
    case .discrete(let count): CategoricalSearch(c, choices: count)
    }
  }

  /// Forgets what it had in mind: an episode begins.
  public mutating func reset() { search = Self.search(configuration, actions) }

  /// The best plan found, `[horizon, actions]`. The next decision begins with the rest of it.
  public mutating func plan(_ outlook: some Outlook, random: inout Random) -> [Float] {
    let c = configuration
    var size = Float(c.samples)
    var best: (cost: Float, plan: [Float]) = (.infinity, [])
    for round in 0..<c.rounds {
      let plans = search.draw(
        max(Int(size), 2 * c.elites), isFirst: round == 0, isLast: round == c.rounds - 1,
        random: &random)
      let costs = outlook.costs(of: plans.flatMap { $0 }, count: plans.count)
      // What is not a number is never chosen; equal costs keep their order.
      let order = plans.indices.sorted { a, b in
        let (x, y) = (
          costs[a].isFinite ? costs[a] : .infinity, costs[b].isFinite ? costs[b] : .infinity
        )
        return x == y ? a < b : x < y
      }
      if costs[order[0]] < best.cost || best.plan.isEmpty {
        best = (costs[order[0]], plans[order[0]])
      }
      search.learn(from: order.prefix(c.elites).map { plans[$0] })
      size /= c.shrink
    }
    search.advance(random: &random)
    return best.plan
  }
}

/// A distribution of plans that moves towards the best of them.
protocol Search: Sendable {
  /// Draws plans, among them those that were kept.
  mutating func draw(
    _ count: Int, isFirst: Bool, isLast: Bool, random: inout Random
  ) -> [[Float]]
  /// Moves towards plans, best first.
  mutating func learn(from elites: [[Float]])
  /// One step later.
  mutating func advance(random: inout Random)
}
