// What may be done: decided on effects, never on the text of a command.

/// A decision about an act.
public enum Permission: Sendable, Hashable {
  /// It may be done.
  case allow
  /// Someone has to decide.
  case ask(reason: String)
  /// It may not be done.
  case deny(reason: String)
}

/// Decides what may be committed.
///
/// An act in a fork harms nobody, so that it may be tried; its effects are judged before they exist.
public struct Gate: Sendable, Hashable {
  /// Whether there is someone to ask. Where there is not, what is not permitted is denied.
  public var mayAsk: Bool

  /// A gate, with someone to ask or without.
  public init(mayAsk: Bool) { self.mayAsk = mayAsk }

  /// Whether effects of which so many lack permission may be committed.
  func decide(unpermitted count: Int) -> Permission {
    if count == 0 { return .allow }
    let reason = "\(count) \(count == 1 ? "effect lacks" : "effects lack") permission"
    return mayAsk ? .ask(reason: reason) : .deny(reason: reason)
  }
}
