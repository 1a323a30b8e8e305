// What a journal hears of each thing that wanted out.
import Events
import Synchronization

extension Passage {
  /// Something that wants out, before anything has come of it.
  init(_ wish: Wish?) {
    self.init(
      method: wish?.method ?? "", host: wish.map { "\($0.host)" } ?? "", port: wish?.port ?? 0)
  }
}

/// Counts what goes to a host and comes from it, and says when it is too much.
final class Meter: Sendable {
  private let bytesMax: Int
  private let out = Atomic(0)
  private let `in` = Atomic(0)

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Bytes that went out.
  var bytesOut: Int { out.load(ordering: .relaxed) }
  /// Bytes that came in.
  var bytesIn: Int { `in`.load(ordering: .relaxed) }

  /// Counts bytes on their way out.
  func countOut(_ bytes: Int) throws(Failure) {
    if out.add(bytes, ordering: .relaxed).newValue > bytesMax { throw .excess(bytesMax) }
  }

  /// Counts bytes that come in.
  func countIn(_ bytes: Int) throws(Failure) {
    if `in`.add(bytes, ordering: .relaxed).newValue > bytesMax { throw .excess(bytesMax) }
  }
}

/// How the world can fail something that is allowed.
enum Failure: Error, CustomStringConvertible {
  /// The host has no address, or takes no connection.
  case unreachable(Host, String)
  /// Its answer is of no form that everybody reads alike.
  case answer(Malformed)
  /// One of the two ends went away in the middle.
  case cut(String)
  /// More bytes than allowed.
  case excess(Int)

  var description: String {
    switch self {
    case .unreachable(let host, let why): "\(host) could not be reached: \(why)."
    case .answer(let malformed): "The answer of the host is malformed: \(malformed.what)."
    case .cut(let who): "\(who) went away before the end."
    case .excess(let bytes): "More than \(bytes) bytes were to pass, which is the most allowed."
    }
  }
}
