// What the proxy itself answers.
import Basics
import Events
import NIOCore

/// An answer of the proxy's own.
struct Answer: Sendable {
  var status: Int
  var verdict: Passage.Verdict

  /// The answer to a request that came to nothing because of an error.
  init(to error: any Error) {
    switch error {
    case let refused as Refused: self.init(refused.refusal)
    case let malformed as Malformed: self.init(.malformed(malformed.what))
    case let long as HeadTooLong:
      self.init(.excessive("its head has more than \(long.bytesMax) bytes"))
    default:
      let reason = error is Failure ? "\(error)" : "The host could not be asked: \(error)."
      self.init(status: 502, verdict: .failed(reason))
    }
  }

  private init(_ refusal: Refusal) {
    self.init(status: refusal.status, verdict: .refused("\(refusal)"))
  }

  private init(status: Int, verdict: Passage.Verdict) {
    self.status = status
    self.verdict = verdict
  }

  /// The bytes. The reason stands in the first line too, since many clients show no more than that
  /// where they were refused a tunnel. The connection ends with them.
  func bytes(to method: String) -> ByteBuffer {
    let (word, reason): (String, String) =
      switch verdict {
      case .refused(let reason): ("refused", reason)
      case .failed(let reason): ("failed", reason)
      case .allowed: ("allowed", "")
      }
    let body = (try? JSON.encoded(["error": word, "reason": reason])) ?? []
    let phrase = String(decoding: reason.utf8.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
    let head = """
      HTTP/1.1 \(status) \(phrase.prefix(200))\r
      Content-Type: application/json\r
      Content-Length: \(body.count)\r
      Connection: close\r
      \r

      """
    return ByteBuffer(
      string: head + (method == "HEAD" ? "" : String(decoding: body, as: UTF8.self)))
  }
}
