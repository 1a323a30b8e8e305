// Random numbers by counting: the same seed gives the same bits on every machine.

/// A counter-based generator: the n-th number is a hash of the key and n, so that a stream can be
/// forked, skipped and saved as two integers.
///
/// The hash is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014), applied to a Weyl sequence.
public struct Random: RandomNumberGenerator, Sendable, Hashable, Codable {
  /// The stream this generator reads from.
  public let key: UInt64
  /// How many numbers have been taken.
  public private(set) var counter: UInt64

  /// The stream named by `seed` and `stream`: two that differ in either are independent.
  public init(seed: UInt64, stream: UInt64 = 0) {
    key = Self.mix(seed &+ Self.mix(stream &+ 0x9E37_79B9_7F4A_7C15))
    counter = 0
  }

  /// A stream of its own for a part of the work, whatever this one does later.
  public func fork(_ stream: UInt64) -> Random { Random(seed: key, stream: stream) }

  /// 64 uniformly distributed bits.
  @inlinable
  public mutating func next() -> UInt64 {
    advance()
    return Self.mix(key &+ counter &* 0x9E37_79B9_7F4A_7C15)
  }

  @usableFromInline
  mutating func advance() { counter &+= 1 }

  /// Goes on as if `count` numbers had been taken.
  public mutating func skip(_ count: Int) { counter &+= UInt64(count) }

  /// A number in `0..<1` with 24 random bits.
  @inlinable
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number in `range`, its upper end excluded up to rounding.
  @inlinable
  public mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number in `0..<count`.
  @inlinable
  public mutating func index(below count: Int) -> Int {
    precondition(count > 0, "no index below \(count)")
    return Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// True with the given probability.
  @inlinable
  public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

  /// A number from the standard normal distribution (Box and Muller, 1958), from our own logarithm
  /// and cosine, so that Linux and macOS agree.
  public mutating func normal() -> Float {
    let radius = (-2 * naturalLogarithm(1 - uniform())).squareRoot()
    return radius * cosine(2 * .pi * uniform())
  }

  @usableFromInline
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
