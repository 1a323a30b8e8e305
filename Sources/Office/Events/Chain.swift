// The hash chain of a run: who changes, drops or inserts an event changes every link after it.
public import Basics

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

  /// Makes the next event of a run.
  public mutating func extend(_ run: RunID, at time: Timestamp, _ body: Event.Body) throws -> Event
  {
    let unlinked = Unlinked(run: run, sequence: length, at: time, body: body)
    head = Digest(of: head.bytes + (try JSON.encoded(unlinked)))
    length += 1
    return Event(run: run, sequence: unlinked.sequence, at: time, body: body, link: head)
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

/// An event without its link.
private struct Unlinked: Encodable {
  var run: RunID
  var sequence: Int
  var at: Timestamp
  var body: Event.Body
}
