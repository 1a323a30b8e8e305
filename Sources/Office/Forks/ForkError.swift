// What can go wrong between a world and its forks.
import CSandbox
public import Events

/// Why a fork can not be made, looked at, kept, committed or undone.
public enum ForkError: Error, Sendable, Hashable {
  /// Forks can not live where this world is.
  case noPlace(String)
  /// There is something at a path that a world can not have: a socket, a pipe, a device.
  case unsupported(Path, what: String)
  /// A tool can not do this at a path: there is nothing, or something that does not fit.
  case refused(Path, why: String)
  /// Others have touched the same paths. Nothing was done, and nothing is lost.
  case conflict([Conflict])
  /// The effects at these paths are others than those that were looked at.
  case unreviewed([Path])
  /// The fork is not in a state in which this can be asked of it.
  case wrongState(String)
  /// A file of the fork store does not say what it must.
  case damaged(String)
  /// The operating system said no.
  case failed(String, at: String, code: Int32)

  /// The error of a call on a place.
  static func system(_ call: String, _ place: [UInt8], _ code: Int) -> ForkError {
    .failed(call, at: String(decoding: place, as: UTF8.self), code: Int32(-code))
  }
}

/// A path that two have touched, with what was there, what is there and what the fork has there.
public struct Conflict: Sendable, Hashable {
  /// Where.
  public var path: Path
  /// What the others did.
  public var what: What
  /// What was there when the fork began, where that is known.
  public var then: Node?
  /// What is there now; nil for nothing.
  public var now: Node?
  /// What the fork has there; nil for nothing.
  public var fork: Node?

  /// What others can have done to a path.
  public enum What: String, Sendable, Hashable { case changed, appeared, vanished }

  /// A path that two have touched.
  public init(path: Path, what: What, then: Node? = nil, now: Node? = nil, fork: Node? = nil) {
    self.path = path
    self.what = what
    self.then = then
    self.now = now
    self.fork = fork
  }
}

extension ForkError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noPlace(let why): "no place for forks: \(why)"
    case .unsupported(let path, let what): "\(path): a world can not have \(what)"
    case .refused(let path, let why): "\(path) \(why)"
    case .conflict(let conflicts):
      "others have touched "
        + conflicts.map { "\($0.path) (\($0.what.rawValue))" }.joined(separator: ", ")
    case .unreviewed(let paths):
      "not what was looked at: " + paths.map(\.description).joined(separator: ", ")
    case .wrongState(let what): what
    case .damaged(let file): "\(file) is damaged"
    case .failed(let call, let place, let code):
      "\(call) \(place): \(orrery_error_text(code).map { String(cString: $0) } ?? "\(code)")"
    }
  }
}
