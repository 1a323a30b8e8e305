// The gateway: everything that decides about what leaves, shared by the proxy and by our own requests.
public import Events

/// What may leave, and how it does: rules, secrets, bounds, the network, and who is told.
public struct Gateway: Sendable {
  let rules: AllowList
  let vault: Vault
  let bounds: Bounds
  let report: @Sendable (Passage) async -> Void
  private let network: Network
  private let dialer: Dialer

  /// A gateway. Whatever wants out, and what came of it, is reported when it is over, and before the
  /// connection that it came on is used for anything else.
  public init(
    _ rules: AllowList, vault: Vault = Vault(), bounds: Bounds = Bounds(),
    network: Network = Network(), report: @escaping @Sendable (Passage) async -> Void
  ) {
    self.rules = rules
    self.vault = vault
    self.bounds = bounds
    self.network = network
    self.report = report
    dialer = Dialer(authorities: network.authorities, bounds: bounds)
  }

  /// A wish that is granted, with the addresses that were checked.
  struct Way: Sendable {
    var route: Route
    var addresses: [Address]
  }

  /// Decides about a wish. A name is looked up once, and the addresses in the answer that are not
  /// refused are those that are connected to.
  func open(_ wish: Wish) async throws -> Way {
    let route: Route
    switch rules.decide(wish) {
    case .allowed(let allowed): route = allowed
    case .refused(let refusal): throw Refused(refusal)
    }
    var all: [Address] = []
    switch wish.host {
    case .address(let address): all = [address]
    case .name(let name):
      do {
        all = try await network.resolve(name)
      } catch let failure as Failure {
        throw failure
      } catch {
        throw Failure.unreachable(wish.host, "its name was not found (\(error))")
      }
    }
    let addresses = rules.addresses(all, for: route)
    if addresses.isEmpty, let address = all.first {
      throw Refused(.address(wish.host, address))
    }
    return Way(route: route, addresses: addresses)
  }

  /// Connects.
  func dial(_ way: Way) async throws -> Wire {
    try await dialer.dial(way.addresses, for: way.route)
  }
}

/// A refusal on its way to whoever answers.
struct Refused: Error {
  var refusal: Refusal

  init(_ refusal: Refusal) { self.refusal = refusal }
}
