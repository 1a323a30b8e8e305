// What wanted out of a sandbox, and what came of it.

/// One request or tunnel that wanted out of a sandbox, and what came of it.
public struct Passage: Sendable, Hashable, Codable {
  /// The method; empty where the request could not be read.
  public var method: String
  /// The host as it was asked for; empty where the request could not be read.
  public var host: String
  /// The port.
  public var port: Int
  /// What came of it.
  public var verdict: Verdict
  /// The status of the answer, where one was seen.
  public var status: Int?
  /// Bytes that went to the host.
  public var bytesOut: Int
  /// Bytes that came from it.
  public var bytesIn: Int
  /// The names of the secrets that were put in.
  public var secrets: [String]

  /// What can come of a wish.
  public enum Verdict: Sendable, Hashable, Codable {
    case allowed
    /// It was not allowed, for this reason.
    case refused(String)
    /// It was allowed, and did not come to its end, for this reason.
    case failed(String)
  }

  /// Something that wants out, before anything has come of it.
  public init(method: String, host: String, port: Int) {
    self.method = method
    self.host = host
    self.port = port
    verdict = .allowed
    bytesOut = 0
    bytesIn = 0
    secrets = []
  }
}
