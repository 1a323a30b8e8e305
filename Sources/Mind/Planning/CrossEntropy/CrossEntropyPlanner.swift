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

    /// Plans of the largest round.
    public var most: Int { max(samples, 2 * elites) }
  }

  /// How a plan is looked for.
  public let configuration: Configuration
  /// The best plan found, `[horizon, actions]`.
  public private(set) var best: [Float]
  /// What it is expected to cost.
  public private(set) var cost = Float.infinity
  private let actions: ActionSpace
  private var search: any Search
  /// The plans of a round, `[samples, horizon, actions]`, and what they cost.
  private var plans: [Float]
  private var costs: [Float]
  /// The cheapest of a round, in order.
  private var elites: [Int] = []

  /// A planner for actions of this kind, that has nothing in mind.
  public init(_ configuration: Configuration, actions: ActionSpace) {
    precondition(
      configuration.horizon > 0 && configuration.elites > 0 && configuration.rounds > 0
        && configuration.samples >= configuration.elites && configuration.shrink >= 1
        && configuration.kept >= 0,
      "\(configuration.rounds) rounds of \(configuration.samples) plans of "
        + "\(configuration.horizon) steps, \(configuration.elites) of them elite, "
        + "\(configuration.kept) kept, shrinking by \(configuration.shrink)")
    self.configuration = configuration
    self.actions = actions
    search = Self.search(configuration, actions)
    best = [Float](repeating: 0, count: configuration.horizon * actions.count)
    plans = [Float](repeating: 0, count: configuration.most * best.count)
    costs = [Float](repeating: 0, count: configuration.most)
    elites.reserveCapacity(configuration.elites + 1)
  }

  private static func search(_ c: Configuration, _ actions: ActionSpace) -> any Search {
    switch actions {
    case .continuous(let ranges): GaussianSearch(c, ranges: ranges)
    case .discrete(let count): CategoricalSearch(c, choices: count)
    }
  }

  /// Forgets what it had in mind: an episode begins.
  public mutating func reset() { search = Self.search(configuration, actions) }

  /// Looks for the ``best`` plan. The next decision begins with the rest of it. Allocates nothing,
  /// as long as nobody else holds ``best`` and the objective allocates nothing.
  public mutating func plan(_ objective: some Objective, random: inout Random) {
    let c = configuration
    var size = Float(c.samples)
    cost = .infinity
    for round in 0..<c.rounds {
      let count = max(Int(size), 2 * c.elites)
      search.draw(
        &plans, count: count, isFirst: round == 0, isLast: round == c.rounds - 1,
        random: &random)
      Self.weigh(plans, count: count, by: objective, costs: &costs)
      select(of: count)
      let first = elites[0]
      if round == 0 || costs[first] < cost {
        cost = costs[first]
        for i in best.indices { best[i] = plans[first * best.count + i] }
      }
      search.learn(from: plans, elites: elites)
      size /= c.shrink
    }
    search.advance(random: &random)
  }

  private static func weigh(
    _ plans: [Float], count: Int, by objective: some Objective, costs: inout [Float]
  ) {
    let drawn = plans.span.extracting(0..<plans.count / costs.count * count)
    var span = costs.mutableSpan
    var asked = span._mutatingExtracting(0..<count)
    objective.weigh(drawn, costs: &asked)
  }

  /// The cheapest plans, in order; equal ones in the order in which they were drawn.
  private mutating func select(of count: Int) {
    elites.removeAll(keepingCapacity: true)
    for i in 0..<count {
      if !costs[i].isFinite { costs[i] = .infinity }
      if elites.count == configuration.elites, costs[i] >= costs[elites[elites.count - 1]] {
        continue
      }
      var place = elites.count
      while place > 0 && costs[elites[place - 1]] > costs[i] { place -= 1 }
      elites.insert(i, at: place)
      if elites.count > configuration.elites { elites.removeLast() }
    }
  }
}

/// A distribution of plans that moves towards the best of them.
protocol Search: Sendable {
  /// Draws `count` plans to the front of the array, among them those that were kept.
  mutating func draw(
    _ plans: inout [Float], count: Int, isFirst: Bool, isLast: Bool, random: inout Random)
  /// Moves towards some of the plans, named best first.
  mutating func learn(from plans: [Float], elites: [Int])
  /// One step later.
  mutating func advance(random: inout Random)
}
