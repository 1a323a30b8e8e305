// Points in time, as journals write them.
import Foundation

/// A point in time: whole microseconds since 1970, in UTC.
public struct Timestamp: Sendable, Hashable, Comparable, Codable {
  /// Microseconds since 1970.
  public var microseconds: Int64

  /// The point these microseconds after 1970 began.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The point some seconds later.
  public func advanced(bySeconds seconds: Double) -> Timestamp {
    Timestamp(microseconds: microseconds + Int64((seconds * 1e6).rounded()))
  }

  /// Seconds from another point to this one.
  public func seconds(since other: Timestamp) -> Double {
    Double(microseconds - other.microseconds) / 1e6
  }

  /// Reads microseconds.
  public init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  /// Writes microseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }

  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
}

extension Timestamp: CustomStringConvertible {
  /// As ISO 8601 has it, to the millisecond: `2026-11-21T18:20:12.345Z`.
  public var description: String {
    Date(timeIntervalSince1970: Double(microseconds) / 1e6)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
