// A stand-in for the site and the mission until the warehouse is merged; deleted by that merge.

public final class Site: Sendable {}
public struct Mission: Sendable {
  public var site: Site
}
