// A stream of output as it comes: its beginning and its end are kept, and lines are told at once.

/// Keeps the first and the last bytes of a stream, counts all, and tells of lines as they come.
///
/// Memory is bounded by one and a half times the limit, whatever the process writes. Lines are told of
/// only as long as all is kept; so an endless stream costs no more than reading it.
struct Recorder {
  private let limit: Int
  private let listener: ((ArraySlice<UInt8>) -> Void)?
  private var head: [UInt8] = []
  /// What came after the head; more than is kept in the end, so that it is not moved all the time.
  private var tail: [UInt8] = []
  private var written = 0
  /// The part of `head` and `tail` that was told of.
  private var told = 0

  init(limit: Int, listener: ((ArraySlice<UInt8>) -> Void)?) {
    self.limit = max(limit, 0)
    self.listener = listener
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    written += bytes.count
    let room = min(bytes.count, limit / 2 - head.count)
    head += bytes[..<room]
    tail += bytes[room...]
    if tail.count > limit { tail.removeFirst(tail.count - (limit - limit / 2)) }
    tell(partly: false)
  }

  /// Tells of whole lines; of others only when they are long, or when nothing more comes.
  private mutating func tell(partly: Bool) {
    guard let listener, told < written, written <= limit else { return }
    let fresh = Array((told < head.count ? head[told...] : []) + tail[max(told - head.count, 0)...])
    let isLong = fresh.count > 1 << 16
    let end = fresh.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let length = partly || (end == 0 && isLong) ? fresh.count : end
    if length > 0 { listener(fresh[..<length]) }
    told += length
  }

  /// What was kept, when nothing more comes.
  mutating func finish() -> Capture {
    tell(partly: true)
    let kept = tail.suffix(limit - limit / 2)
    let isWhole = head.count + kept.count == written
    return Capture(bytes: head + kept, written: written, gap: isWhole ? nil : head.count)
  }
}
