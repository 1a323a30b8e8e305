// Proposals at work: a few plans at once, and a search only where it pays.

/// Says a few plans for an outlook, and whether to search on when the best of them is known.
public struct Proposer: Sendable {
  /// When a decision goes on to a search.
  public enum Searching: String, Sendable, Hashable, Codable {
    /// Never: the best proposal is taken.
    case never
    /// Where danger is about, or the search may well gain more than `tolerance`.
    case ifItPays
    /// At every decision.
    case always
  }

  /// What proposes.
  public let network: ProposalNetwork
  /// What foretells the gain of a search.
  public let regret: RegretNetwork
  /// When to search.
  public var searching: Searching

  /// A gain of a search that is let go: a third of the cost that makes a plan e times less likely to
  /// the planner.
  public static let tolerance: Float = 0.07
  /// More danger than this calls for a search.
  public static let dangerMax: Float = 0.02

  /// Proposals of learned networks.
  public init(
    _ network: ProposalNetwork, regret: RegretNetwork, searching: Searching = .ifItPays
  ) {
    self.network = network
    self.regret = regret
    self.searching = searching
  }

  /// Plans to look at.
  public func plans(for outlook: Outlook, settings: PathIntegralPlanner.Settings) -> [Plan] {
    network.plans(for: outlook, steps: settings.steps, speedMax: settings.speedMax)
  }

  /// Whether the best of the plans is good enough.
  func settles(_ consideration: Consideration, for outlook: Outlook) -> Bool {
    switch searching {
    case .never: true
    case .always: false
    case .ifItPays:
      consideration.danger < Self.dangerMax
        && regret.bound(outlook, consideration) < Self.tolerance
    }
  }
}
