// Generated sites, each built once and shared by all copies of a world.
import Synchronization

/// The sites that have been asked for so far.
final class SitePool: Sendable {
  private let built = Mutex<[UInt64: Site]>([:])

  /// The site that a seed names.
  func site(_ seed: UInt64) -> Site {
    if let site = built.withLock({ $0[seed] }) { return site }
    let site: Site
    do {
      site = try Site(.generated(seed: seed))
    } catch {
      preconditionFailure("generated site \(seed): \(error)")
    }
    built.withLock { $0[seed] = site }
    return site
  }
}
