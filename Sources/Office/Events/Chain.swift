// The hash chain of a run: who changes, drops or inserts an event changes every link after it.
public import Basics
import Foundation

/// How the links of a run's events are made.
///
/// The link of an event is the SHA-256 hash of the link before it (32 zero bytes before the first)
/// followed by the event without its link, as JSON with its keys in order and a line feed.
public struct Chain: Sendable, Hashable {
  /// The link of the last event.
  public private(set) var head: Digest
  /// How many events it has.
  public private(set) var length: Int

  /// A chain without events.
  public init() {
    head = Digest(bytes: [UInt8](repeating: 0, count: 32)) ?? Digest(of: [])
    length = 0
  }

  /// A chain that goes on after an event.
  public init(after event: Event) {
    head = event.link
    length = event.sequence + 1
  }

  /// A chain of which only the end is known.
  public init(head: Digest, length: Int) {
    self.head = head
    self.length = length
  }

  /// Makes the next event of a run.
  public mutating func extend(_ run: RunID, at time: Timestamp, _ body: Event.Body) throws -> Event
  {
    let sequence = length
    let link = extend(by: try Self.bytes(of: body, run: run, sequence: sequence, at: time))
    return Event(run: run, sequence: sequence, at: time, body: body, link: link)
  }

  /// The bytes that the link of an event covers, besides the link before it: the event without its
  /// link, as canonical JSON and a line feed. They are what a journal keeps, so that an old event is
  /// whole for ever, whoever reads it.
  public static func bytes(
    of body: Event.Body, run: RunID, sequence: Int, at time: Timestamp
  ) throws -> [UInt8] {
    // Said by hand, for it is said with each event: what `Unlinked` is in canonical JSON.
    let body = try JSON.encoded(body)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(body.count + 100)
    bytes += #"{"at":\#(time.microseconds),"body":"#.utf8
    bytes += body[..<(body.count - 1)]
    bytes += #","run":"\#(run)","sequence":\#(sequence)}"#.utf8
    bytes.append(0x0A)
    return bytes
  }

  /// Takes the bytes of the next event, and says its link.
  public mutating func extend(by bytes: [UInt8]) -> Digest {
    var hash = Digest.Stream()
    head.bytes.withUnsafeBytes { hash.update($0) }
    bytes.withUnsafeBytes { hash.update($0) }
    head = hash.finish()
    length += 1
    return head
  }

  /// Takes an event of this chain, or says that it is none: where its number or its link is wrong.
  public mutating func check(_ event: Event) throws -> Bool {
    var next = self
    let expected = try next.extend(event.run, at: event.at, event.body)
    guard expected == event else { return false }
    self = next
    return true
  }
}

extension Event {
  /// The event that was kept as these bytes, under this link. Neither is checked against the other.
  public init(bytes: [UInt8], link: Digest) throws {
    let unlinked = try JSON.decoded(Unlinked.self, from: Data(bytes))
    self.init(
      run: unlinked.run, sequence: unlinked.sequence, at: unlinked.at, body: unlinked.body,
      link: link)
  }
}

/// An event without its link.
private struct Unlinked: Decodable {
  var run: RunID
  var sequence: Int
  var at: Timestamp
  var body: Event.Body
}
